<?php

/**
 * Returns: the RMA add-on that comes with CS-Cart (CS-Cart reference §7), as far as money follows from them.
 *
 * A return has a status of type R. When an administrator changes it and wants the order recalculated, a page to confirm
 * comes first, and the hook `rma_update_details_post` is called before and after that page.
 */

define('STATUSES_RETURN', 'R');
const DEMO_RETURN_REQUESTED = 'R';
const DEMO_RETURN_ACCEPTED = 'A';
const DEMO_ACTION_REFUND = 2;

// Letter, name, inventory: I puts the goods back on the shelf, D does not.
const DEMO_RETURN_STATUSES = [
    ['R', 'Requested', 'D'],
    ['A', 'Approved', 'I'],
    ['C', 'Completed', 'I'],
    ['D', 'Declined', 'D'],
];

// Id, name, whether totals and stock follow.
const DEMO_RETURN_ACTIONS = [[1, 'Replacement', 'N'], [DEMO_ACTION_REFUND, 'Refund', 'Y']];

function fn_demo_seed_returns()
{
    foreach (DEMO_RETURN_STATUSES as $position => [$letter, $name, $inventory]) {
        fn_demo_add_status($letter, $name, $position, ['inventory' => $inventory], STATUSES_RETURN);
    }
    foreach (DEMO_RETURN_ACTIONS as [$id, $name, $updates]) {
        db_query(
            'INSERT INTO ?:rma_properties ?e',
            ['property_id' => $id, 'status' => 'A', 'type' => 'A', 'update_totals_and_inventory' => $updates]
        );
        foreach (['en', 'ar'] as $lang_code) {
            db_query(
                'INSERT INTO ?:rma_property_descriptions ?e',
                ['property_id' => $id, 'lang_code' => $lang_code, 'property' => $name]
            );
        }
    }
}

/** @return string Y if what the buyer wants is money, N if it is other goods */
function fn_is_refund_action($action)
{
    return db_get_field('SELECT update_totals_and_inventory FROM ?:rma_properties WHERE property_id = ?i', $action);
}

/** @return array[] by id: what a buyer may want (type A) */
function fn_get_rma_properties($property_type = 'A', $lang_code = CART_LANGUAGE)
{
    return db_get_hash_array(
        'SELECT p.*, d.property FROM ?:rma_properties AS p LEFT JOIN ?:rma_property_descriptions AS d'
        . " ON d.property_id = p.property_id AND d.lang_code = ?s WHERE p.type = ?s AND p.status = 'A'",
        'property_id',
        $lang_code,
        $property_type
    );
}

/** @return array the return with its lines in `items`, by type (A accepted, D declined) and line; [] if there is none */
function fn_get_return_info($return_id)
{
    $return = db_get_row('SELECT * FROM ?:rma_returns WHERE return_id = ?i', $return_id);
    if ($return) {
        $return['items'] = [];
        foreach (db_get_array('SELECT * FROM ?:rma_return_products WHERE return_id = ?i', $return_id) as $line) {
            $return['items'][$line['type']][$line['item_id']] = $line;
        }
        $return['extra'] = unserialize($return['extra'], ['allowed_classes' => false]) ?: [];
    }
    return $return;
}

/**
 * What the buyer's form "Request a return" does.
 *
 * @param array<string, int> $wanted pieces by product
 *
 * @return int its id; 0 if the order's status allows no returns, or there is nothing of that to return
 */
function fn_demo_file_return($order_id, array $wanted, $action = DEMO_ACTION_REFUND)
{
    $order = fn_get_order_info($order_id);
    $lines = [];
    foreach ($order && fn_get_status_params($order['status'])['allow_return'] === 'Y' ? $order['products'] : [] as $line) {
        $returned = array_sum(array_column($line['extra']['returns'] ?? [], 'amount'));
        $line['returned'] = min((int) ($wanted[$line['product_id']] ?? 0), $line['amount'] - $returned);
        $lines[] = $line;
    }
    $lines = array_filter($lines, static fn ($line) => $line['returned'] > 0);
    if (!$lines) {
        return 0;
    }
    $return_id = db_query('INSERT INTO ?:rma_returns ?e', [
        'order_id' => $order_id,
        'user_id' => $order['user_id'],
        'timestamp' => time(),
        'action' => $action,
        'status' => DEMO_RETURN_REQUESTED,
        'total_amount' => array_sum(array_column($lines, 'returned')),
        'extra' => serialize([]),
    ]);
    foreach ($lines as $line) {
        fn_demo_file_line($return_id, $order_id, $line);
    }
    return $return_id;
}

function fn_demo_file_line($return_id, $order_id, array $line)
{
    db_query('INSERT INTO ?:rma_return_products ?e', [
        'return_id' => $return_id,
        'type' => DEMO_RETURN_ACCEPTED,
        'amount' => $line['returned'],
    ] + $line);
    $line['extra']['returns'][$return_id] = ['amount' => $line['returned'], 'status' => DEMO_RETURN_REQUESTED];
    db_query(
        'UPDATE ?:order_details SET ?u WHERE item_id = ?s AND order_id = ?i',
        ['extra' => serialize($line['extra'])],
        $line['item_id'],
        $order_id
    );
}

/** What the back office does with a changed return. @return bool whether a page to confirm comes first */
function fn_rma_update_details($data)
{
    fn_set_hook('rma_update_details_pre', $data);
    $change = $data['change_return_status'];
    $_data = isset($data['comment']) ? ['comment' => $data['comment']] : [];
    $is_refund = fn_is_refund_action($change['action']);
    $confirmed = $data['confirmed'] ?? '';
    $show_confirmation = fn_demo_return_recalculates($change, $is_refund);
    $show_confirmation_page = $show_confirmation && $confirmed !== 'Y';
    if ($show_confirmation_page) {
        $statuses = fn_get_statuses(STATUSES_RETURN);
        $change['inventory_to'] = $statuses[$change['status_to']]['params']['inventory'];
        $change['inventory_from'] = $statuses[$change['status_from']]['params']['inventory'];
        Tygh::$app['session']['change_return_status'] = $change;
    } else {
        if ($show_confirmation) {
            fn_rma_recalculate_order($change['order_id'], $change['recalculate_order'], $change['return_id'], $is_refund, $change);
        }
        $_data['status'] = $change['status_to'];
    }
    if ($_data) {
        db_query('UPDATE ?:rma_returns SET ?u WHERE return_id = ?i', $_data, $change['return_id']);
    }
    fn_set_hook(
        'rma_update_details_post',
        $data,
        $show_confirmation_page,
        $show_confirmation,
        $is_refund,
        $_data,
        $confirmed
    );
    return $show_confirmation_page;
}

/** By hand (M) only for a refund, automatically (R) for all; never between statuses that move no goods. */
function fn_demo_return_recalculates(array $change, $is_refund)
{
    $kinds = array_map(static fn ($status) => $status['params']['inventory'], fn_get_statuses(STATUSES_RETURN));
    $is_wanted = $change['recalculate_order'] === 'R' || ($change['recalculate_order'] === 'M' && $is_refund === 'Y');
    return $is_wanted && $change['status_to'] !== $change['status_from']
        && !($kinds[$change['status_from']] === 'D' && $kinds[$change['status_to']] === 'D');
}

/** Lower the order by what comes back, or to the total that was typed. Taxes stay as they are. */
function fn_rma_recalculate_order($order_id, $recalculate_type, $return_id, $is_refund, $ex_data)
{
    $order = db_get_row('SELECT total, subtotal FROM ?:orders WHERE order_id = ?i', $order_id);
    $returned = fn_get_return_info($return_id)['items'][DEMO_RETURN_ACCEPTED] ?? [];
    if ($ex_data['inventory_to'] === 'I' && $ex_data['inventory_from'] === 'D') {
        fn_demo_put_back($returned, '-');
    }
    if ($recalculate_type === 'M') {
        $order['total'] = sprintf('%.2f', $ex_data['total']);
    } elseif ($is_refund === 'Y') {
        $sign = $ex_data['inventory_to'] === 'I' ? -1 : 1;
        foreach ($returned as $line) {
            $worth = $sign * $line['price'] * $line['amount'];
            $order = ['total' => max(0, $order['total'] + $worth), 'subtotal' => $order['subtotal'] + $worth];
            fn_demo_change_line($order_id, $line, $sign);
        }
        $order = array_map(static fn ($amount) => sprintf('%.2f', $amount), $order);
    }
    db_query('UPDATE ?:orders SET ?u WHERE order_id = ?i', $order + ['updated_at' => time()], $order_id);
}

/** Fewer pieces of a line, or none of it. */
function fn_demo_change_line($order_id, array $line, $sign)
{
    $of_line = db_quote('order_id = ?i AND item_id = ?s', $order_id, $line['item_id']);
    $left = (int) db_get_field('SELECT amount FROM ?:order_details WHERE ?p', $of_line) + $sign * $line['amount'];
    db_query('UPDATE ?:order_details SET amount = ?i WHERE ?p', $left, $of_line);
    db_query('DELETE FROM ?:order_details WHERE amount <= 0 AND ?p', $of_line);
}
