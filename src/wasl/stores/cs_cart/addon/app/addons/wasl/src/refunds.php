<?php

/**
 * Money back, when the merchant says so here: a return is accepted with the box "refund" ticked, or an order is set to
 * the status that the payment method names for it. Wasl gives it back; the order hears of it through the door.
 *
 * A refund is a row before it is asked for, and keeps its key: asking again can only tell what became of it.
 */

defined('BOOTSTRAP') or die('Access denied');

// Wasl waits up to 20 s for the gateway; it goes on by itself, whether we wait or not.
const WASL_REFUND_TIMEOUT = 25, WASL_REFUNDS_ASKED_MAX = 3;
// draft: the administrator has yet to confirm. asked: without an answer so far. All other states are Wasl's own words.
const WASL_REFUND_ENDS = ['draft', 'approved', 'refused'], WASL_REFUND_VOID = ['draft', 'refused'];
// Of Wasl's answers, those that asking again would not change.
const WASL_REFUSALS = [400, 409, 422];

/**
 * Hook: a return was saved. If CS-Cart shows a page to confirm, this runs before and after it, and only before it has
 * the order its old totals: what the return is worth is noted there and asked for afterwards.
 */
function fn_wasl_rma_update_details_post(&$data, &$page, &$has_page, &$is_refund, &$saved = [], &$confirmed = '') {
    $change = $data['change_return_status'] + ['wasl_refund' => '', 'recalculate_order' => '', 'total' => 0];
    // D is the kind of a return that is refused, or back at the beginning.
    $kind = fn_get_statuses(STATUSES_RETURN)[$change['status_to']]['params']['inventory'] ?? 'D';
    $is_new = $change['status_to'] !== $change['status_from'];
    if ($is_refund === 'Y' && $change['wasl_refund'] === 'Y' && $is_new && $kind !== 'D') {
        $return = db_get_row('SELECT return_id, order_id FROM ?:rma_returns WHERE return_id = ?i', $change['return_id']);
        // Recalculated by hand: what the order became cheaper by is what the buyer gets back.
        $total = $confirmed === 'Y' && $change['recalculate_order'] === 'M' ? fn_wasl_cents($change['total']) : null;
        fn_wasl_refund("rma-$return[return_id]", $return['order_id'], $has_page && $confirmed !== 'Y', $total, $return);
    }
}

/** Hook: an order has a new status. What Wasl itself settles never asks for a refund. */
function fn_wasl_change_order_status_post($order_id, $status_to, ...$more) {
    $chosen = fn_wasl_methods()[fn_wasl_order($order_id)['payment_id'] ?? 0]['refund_status'] ?? '';
    if ($chosen === $status_to && Tygh\Registry::get('runtime.controller') !== 'wasl' && !fn_wasl_is_settled($chosen)) {
        fn_wasl_refund("status-$order_id", $order_id);
    }
}

/** @return array|null the payment's row, for a vendor's part its parent's; null if not ours, or not this person's affair */
function fn_wasl_refundable(array $order) {
    $paid = fn_wasl_row($order['parent_order_id'] ?: $order['order_id']) + ['payment_id' => ''];
    $is_ours = $paid['payment_id'] !== '' && isset(fn_wasl_methods()[$order['payment_id']]);
    // The money of a marketplace is not the vendor's to give away.
    return $is_ours && AREA === 'A' && ACCOUNT_TYPE !== 'vendor' ? $paid : null;
}

/**
 * Note a refund under the order's lock, then ask for it. Of two administrators at once the second finds the row of the
 * first and asks by the same key. Only after a refusal is there a next one.
 *
 * @param int|null $total the order's total of now in cents, when it says what goes back
 * @param array $return the return; empty if all that is left of the order goes back
 */
function fn_wasl_refund($source, $order_id, $is_draft = false, $total = null, array $return = []) {
    $order = fn_wasl_order($order_id);
    $paid = $order ? fn_wasl_refundable($order) : null;
    $refund = $paid === null ? [] : fn_wasl_locked($order, function () use ($source, $order, $paid, $is_draft, $total, $return) {
        $of_source = db_get_hash_array('SELECT * FROM ?:wasl_refunds WHERE source = ?s', 'refund_key', $source);
        $refused = array_keys(array_column($of_source, 'state', 'refund_key'), 'refused', true);
        $key = $source . ($refused ? '-' . (count($refused) + 1) : '');
        $known = $of_source[$key] ?? ['state' => ''];
        if (!in_array($known['state'], ['', 'draft'], true)) {
            return $known;
        }
        if ($is_draft || $known['state'] === '') {
            $known = ['worth' => fn_wasl_worth($order, $return), 'order_total' => $order['total']];
        }
        $worth = $total === null ? (int) $known['worth'] : max(0, fn_wasl_cents($known['order_total']) - $total);
        // Without a part to name, all that is left is Wasl's to say.
        $amount = $return || $order['parent_order_id'] ? fn_wasl_charged($paid, $worth) : '';
        $known = ['refund_key' => $key, 'state' => $is_draft ? 'draft' : 'asked'] + compact('source', 'amount', 'worth')
            + array_intersect_key($order, ['order_id' => '']) + $known + $paid;
        $amount === null or db_query('REPLACE INTO ?:wasl_refunds ?e', ['note' => '', 'updated_at' => time()] + $known);
        return $known;
    });
    if ($refund === null || ($refund && $refund['amount'] === null)) {
        $reason = $refund === null ? __('wasl.refund_locked') : __('wasl.refund_nothing');
        fn_set_notification('E', __('error'), __('wasl.refund_refused', ['[order]' => $order_id, '[reason]' => $reason]), 'K');
    } elseif ($refund && !$is_draft) {
        // The page that follows need not ask once more.
        Tygh::$app['session']['wasl_refund'] = $refund['refund_key'];
        fn_wasl_refund_ask($refund);
    }
}

/** Ask Wasl, keep what it says, and tell the administrator. Asking again is harmless. @return bool whether it answered */
function fn_wasl_refund_ask(array $refund) {
    list($key, $path) = [$refund['refund_key'], "/$refund[payment_id]/refunds"];
    list($store, $wish) = [fn_wasl_store($refund['store_id']), array_filter(['amount' => $refund['amount'], 'reason' => $key], 'strlen')];
    list($said, $trouble, $status, $detail) = $store === null ? [null, 'no such store in this add-on', 0, '']
        : fn_wasl_ask($store, $wish, $path, $key, WASL_REFUND_TIMEOUT);
    $refusal = ['state' => 'refused', 'note' => is_string($detail) ? $detail : ''];
    $news = $said ? array_intersect_key($said, ['state' => '', 'amount' => '', 'note' => ''])
        : (in_array($status, WASL_REFUSALS, true) ? $refusal : ['note' => $trouble]);
    db_query('UPDATE ?:wasl_refunds SET ?u WHERE refund_key = ?s', $news + ['updated_at' => time()], $key);
    $refund = $news + $refund;
    $words = ['[order]' => $refund['order_id'], '[amount]' => trim("$refund[amount] $refund[currency]"),
        '[reason]' => htmlspecialchars($refund['note'], ENT_NOQUOTES)];
    if ($said === null) {
        fn_log_event('requests', 'http', ['url' => $path, 'data' => WASL_SCRIPT, 'response' => $trouble]);
    }
    $told = ['approved' => ['N', __('notice'), __('wasl.refund_approved', $words)],
        'refused' => ['E', __('error'), __('wasl.refund_refused', $words)],
        'asked' => ['E', __('error'), __('wasl.refund_unanswered', $words)]];
    list($kind, $title, $text) = $told[$refund['state']] ?? ['W', __('warning'), __('wasl.refund_under_way', $words)];
    fn_set_notification($kind, $title, $text, 'K');
    return $said !== null || $refund['state'] === 'refused';
}

/** An order's or a return's page is opened: ask what became of the refunds without a last word; stop if Wasl is away. */
function fn_wasl_refund_visit($order_id) {
    $just_asked = (string) (Tygh::$app['session']['wasl_refund'] ?? '');
    Tygh::$app['session']['wasl_refund'] = '';
    $query = 'SELECT * FROM ?:wasl_refunds WHERE order_id = ?i AND refund_key <> ?s AND state NOT IN (?a)'
        . ' ORDER BY updated_at LIMIT ?i';
    foreach (db_get_array($query, $order_id, $just_asked, WASL_REFUND_ENDS, WASL_REFUNDS_ASKED_MAX) as $refund) {
        if (!fn_wasl_refund_ask($refund)) {
            break;
        }
    }
}

/** @return array|null what the box on a return's page offers: the amount, and the state if it was asked for already */
function fn_wasl_refund_offer($return_id) {
    $return = db_get_row('SELECT return_id, order_id FROM ?:rma_returns WHERE return_id = ?i', $return_id);
    $order = $return ? fn_wasl_order($return['order_id']) : null;
    $paid = $order ? fn_wasl_refundable($order) : null;
    if ($paid === null) {
        return null;
    }
    $query = 'SELECT amount, currency, state FROM ?:wasl_refunds WHERE source = ?s AND state NOT IN (?a)';
    return db_get_row($query, "rma-$return_id", WASL_REFUND_VOID) ?: ['state' => '', 'currency' => $paid['currency']]
        + ['amount' => fn_wasl_charged($paid, fn_wasl_worth($order, $return))];
}

/** @return int cents of a price as CS-Cart stores it: decimal(12,2) has fewer digits than its float keeps */
function fn_wasl_cents($price) {
    return (int) str_replace('.', '', sprintf('%.2F', $price));
}

/** @return int $amount × $part ÷ $whole, rounded half up; by digits, for the product may be too long for an integer */
function fn_wasl_share($amount, $part, $whole) {
    $quotient = $rest = 0;
    foreach (str_split((string) $amount) as $digit) {
        $rest = $rest * 10 + $digit * $part;
        $quotient = $quotient * 10 + intdiv($rest, $whole);
        $rest %= $whole;
    }
    return $quotient + intdiv(2 * $rest, $whole);
}

/**
 * What the worth of a part is of what was charged, in the charged currency. Reckoned over all refunds of the payment
 * together: rounding never adds up to more than was charged, and the last return brings it to exactly that.
 *
 * @return string|null null if nothing is left
 */
function fn_wasl_charged(array $paid, $worth) {
    $query = 'SELECT worth, amount FROM ?:wasl_refunds WHERE payment_id = ?s AND state NOT IN (?a)';
    $earlier = db_get_array($query, $paid['payment_id'], WASL_REFUND_VOID);
    $total = max(1, fn_wasl_cents($paid['order_total']));
    $so_far = min($total, array_sum(array_column($earlier, 'worth')) + $worth);
    $minor = fn_wasl_share(str_replace('.', '', $paid['amount']), $so_far, $total)
        - array_sum(str_replace('.', '', array_column($earlier, 'amount')));
    $decimals = strlen(strrchr($paid['amount'], '.') ?: '.') - 1;
    $form = $decimals === 0 ? '%d' : "%d.%0{$decimals}d";
    return $minor > 0 ? sprintf($form, intdiv($minor, 10 ** $decimals), $minor % 10 ** $decimals) : null;
}

/** @return int what goes back, in cents of the shop's prices: a return's goods as the merchant chose, or all of the order */
function fn_wasl_worth(array $order, array $return) {
    if (!$return) {
        $query = 'SELECT worth FROM ?:wasl_refunds WHERE order_id = ?i AND state NOT IN (?a)';
        return fn_wasl_cents($order['total']) - array_sum(db_get_fields($query, $order['order_id'], WASL_REFUND_VOID));
    }
    $scope = fn_wasl_methods()[$order['payment_id']]['refund_scope'] ?? 'items_tax';
    $lines = 'SELECT item_id, amount, price FROM ?:order_details WHERE order_id = ?i';
    $back_lines = "SELECT item_id, amount, price FROM ?:rma_return_products WHERE return_id = ?i AND type = 'A'";
    list($bought, $goods) = fn_wasl_goods(db_get_array($lines, $order['order_id']));
    list($back, $value) = fn_wasl_goods(db_get_array($back_lines, $return['return_id']));
    list($value, $tax, $tax_back) = [min($value, $goods), 0, 0];
    $taxes = db_get_field("SELECT data FROM ?:order_data WHERE order_id = ?i AND type = 'T'", $order['order_id']);
    foreach ($goods > 0 ? (@unserialize($taxes, ['allowed_classes' => false]) ?: []) : [] as $one) {
        // A tax on top of prices. P: of all goods together. P_<line>: of one line. The shipping's stay with the shipping.
        foreach ($one['price_includes_tax'] === 'Y' ? [] : preg_grep('/^P/', array_keys($one['applies'])) as $to) {
            list($sum, $line) = [fn_wasl_cents($one['applies'][$to]), substr($to, 2)];
            $tax += $sum;
            $tax_back += $to === 'P' ? fn_wasl_share($sum, $value, $goods)
                : (empty($bought[$line]) ? 0 : fn_wasl_share($sum, $back[$line] ?? 0, $bought[$line]));
        }
    }
    $without_tax = $scope === 'items_tax_shipping' ? fn_wasl_cents($order['total']) - $tax
        : $goods - fn_wasl_cents($order['subtotal_discount']);
    $share = $goods > 0 ? fn_wasl_share(max(0, $without_tax), $value, $goods) : 0;
    return $share + ($scope === 'items' ? 0 : $tax_back);
}

/** @return array how many of each line, and what all of them cost in cents */
function fn_wasl_goods(array $lines) {
    $costs = array_map(function ($line) {
        return fn_wasl_cents($line['price']) * $line['amount'];
    }, $lines);
    return [array_column($lines, 'amount', 'item_id'), array_sum($costs)];
}
