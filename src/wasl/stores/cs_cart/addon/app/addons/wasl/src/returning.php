<?php

/** The buyer comes back. What the browser carries is checked and shown; it never changes an order: the door does. */

defined('BOOTSTRAP') or die('Access denied');

const WASL_PATIENCE = 120;

/** `wasl.return`: on to the shop's own page once the outcome is known, else a page that waits for it. */
function fn_wasl_return(array $params) {
    list($state, $order, $claim) = fn_wasl_visit($params);
    if ($state === 'unknown') {
        // Whether this visitor may see that order, or whether there is one, is CS-Cart's to say.
        return [CONTROLLER_STATUS_REDIRECT, 'orders.details?order_id=' . (int) ($params['order_id'] ?? 0)];
    }
    if ($state === 'settled') {
        // Thanks the buyer and empties the cart, or leads back to the checkout, by the order's status. It ends here.
        fn_order_placement_routines('route', $order['order_id']);
    }
    exit(require dirname(__DIR__) . '/templates/confirming.php');
}

/** `wasl.progress`: what the waiting page asks every second, with the same signed words. */
function fn_wasl_progress(array $params) {
    fn_wasl_say(200, ['state' => fn_wasl_visit($params)[0]]);
}

/**
 * settled: the shop's own page has the answer, good or bad. pending, held: Wasl knows that it will take a while.
 *
 * A failure told to the shop since this payment began counts, unless the browser brings better news: another attempt
 * has succeeded, and the shop will hear of it in a moment.
 *
 * @return array unknown, settled, pending, held or confirming; the order; what Wasl signed for this browser
 */
function fn_wasl_visit(array $params) {
    $claim = fn_wasl_claim($params) ?? ['wasl_order' => '', 'store_id' => null];
    $order = $claim['wasl_order'] === ($params['order_id'] ?? null) ? fn_wasl_order($claim['wasl_order']) : null;
    $row = fn_wasl_row($order['order_id'] ?? 0);
    if ($order === null || $row['store_id'] !== $claim['store_id']) {
        return ['unknown', null, null];
    }
    $is_open = in_array($claim['wasl_state'], ['open', 'pending', 'held'], true);
    $state = $is_open && in_array($row['state'], WASL_FAILURES, true) ? $row['state'] : $claim['wasl_state'];
    // As fn_order_placement_routines sees it: the stock is taken, or B.
    $is_paid = array_intersect(array_column(fn_wasl_parts($order), 'status'), array_merge(fn_get_order_paid_statuses(), ['B']));
    $waiting = in_array($state, ['pending', 'held'], true) ? $state : 'confirming';
    return [$is_paid || in_array($state, WASL_FAILURES, true) ? 'settled' : $waiting, $order, $claim];
}
