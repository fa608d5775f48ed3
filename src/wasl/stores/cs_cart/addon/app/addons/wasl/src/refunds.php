<?php

/**
 * Money back, when the merchant says so here: a return is accepted with the box "refund" ticked, or an order is set to
 * the status that the payment method names for it. Wasl gives it back; the order hears of it through the door.
 *
 * A refund is a row before it is asked for, and keeps its key: asking again can only tell what became of it.
 */

defined('BOOTSTRAP') or die('Access denied');

// Wasl waits up to 20 s for the gateway, and goes on by itself. Of its answers, asking again changes nothing of these.
const WASL_REFUND_TIMEOUT = 25, WASL_REFUNDS_ASKED_MAX = 3, WASL_REFUSALS = [400, 409, 422];

/**
 * Hook: a return was saved. If CS-Cart shows a page to confirm it, this runs before and after that page, and only
 * before it are the order's old totals there: the box carries its worth, as the administrator saw it, through both.
 */
function fn_wasl_rma_update_details_post(&$data, &$page, &$has_page, &$is_refund, &$saved = [], &$confirmed = '') {
    $change = $data['change_return_status'];
    // D is the kind of a return that is declined, or back at the beginning.
    $kind = fn_get_statuses(STATUSES_RETURN)[$change['status_to']]['params']['inventory'] ?? 'D';
    $is_accepted = $kind !== 'D' && $change['status_to'] !== $change['status_from'] && (!$has_page || $confirmed === 'Y');
    $return = db_get_row('SELECT return_id, order_id FROM ?:rma_returns WHERE return_id = ?i', $change['return_id']);
    if ($is_accepted && $is_refund === 'Y' && !empty($change['wasl_refund']) && $return) {
        fn_wasl_refund("rma-$return[return_id]", fn_wasl_order($return['order_id']), (int) $change['wasl_refund']);
    }
}

/** Hook: an order has a new status. */
function fn_wasl_change_order_status_post($order_id, $status_to, ...$more) {
    $order = fn_wasl_order($order_id);
    $chosen = fn_wasl_methods()[$order['payment_id'] ?? 0]['refund_status'] ?? '';
    if ($chosen === $status_to && !fn_wasl_is_settled($chosen)) {
        fn_wasl_refund("status-$order_id", $order);
    }
}

/** @return array|null the payment's row, of a vendor's part its parent's; null if not ours, or not this person's affair */
function fn_wasl_refundable($order) {
    $paid = fn_wasl_row($order['parent_order_id'] ?: $order['order_id']) + ['payment_id' => ''];
    $is_ours = $paid['payment_id'] !== '' && isset(fn_wasl_methods()[$order['payment_id']]);
    // Only from the back office: Wasl's own calls and buyers come by the storefront. And the money of a marketplace is not
    // a vendor's to give away.
    return $is_ours && AREA === 'A' && ACCOUNT_TYPE !== 'vendor' ? $paid : null;
}

/**
 * Note a refund under the order's lock, then ask for it. Of two administrators at once the second finds the row of the
 * first, and asks by the same key. Only after a refusal is there a next one.
 *
 * @param int|null $worth in cents of the shop's prices; null for all that is left of the order
 */
function fn_wasl_refund($source, array $order, $worth = null) {
    $paid = fn_wasl_refundable($order);
    $objection = $paid === null ? '' : fn_wasl_locked($order, function () use ($source, $order, $worth, $paid) {
        $states = db_get_fields('SELECT state FROM ?:wasl_refunds WHERE source = ?s', $source);
        if (array_diff($states, ['refused'])) {
            return '';
        }
        $earlier = "SELECT SUM(worth) FROM ?:wasl_refunds WHERE order_id = ?i AND state <> 'refused'";
        // What is left of a whole payment is Wasl's to say: some may have gone back elsewhere.
        $is_rest = $worth === null && !$order['parent_order_id'];
        $worth = $worth ?? max(0, fn_wasl_cents($order['total']) - (int) db_get_field($earlier, $order['order_id']));
        $amount = $is_rest ? '' : fn_wasl_charged($paid, $worth);
        $refund = ['refund_key' => $source . ($states ? '-' . (count($states) + 1) : ''), 'state' => 'asked', 'note' => '']
            + ['order_id' => $order['order_id'], 'updated_at' => time()] + compact('source', 'worth', 'amount') + $paid;
        // A lock service that is switched off lets two in: the row of the first stands.
        $amount === null or db_query('INSERT IGNORE INTO ?:wasl_refunds ?e', $refund);
        return $amount === null ? __('wasl.refund_nothing') : '';
    });
    $refusal = ['state' => 'refused', 'amount' => '', 'currency' => '', 'note' => $objection ?? __('wasl.refund_locked')];
    $objection === '' or fn_wasl_refund_tell($refusal + $order);
    $paid === null or fn_wasl_refund_visit($order['order_id']);
}

/** Ask what became of the refunds of an order that had no last word yet; stop if Wasl is away. Repeating it is harmless. */
function fn_wasl_refund_visit($order_id) {
    $open = "SELECT * FROM ?:wasl_refunds WHERE order_id = ?i AND state NOT IN ('approved', 'refused')";
    $refunds = db_get_array("$open ORDER BY updated_at LIMIT ?i", $order_id, WASL_REFUNDS_ASKED_MAX);
    while ($refunds && fn_wasl_refund_ask(array_shift($refunds))) {
    }
}

/** Ask for a refund, or what became of it: the same by its key. @return bool whether Wasl answered */
function fn_wasl_refund_ask(array $refund) {
    list($key, $store) = [$refund['refund_key'], fn_wasl_store($refund['store_id']) ?? ['api_key' => '']];
    $wish = array_filter(['amount' => $refund['amount'], 'reason' => $key], 'strlen');
    $path = "/$refund[payment_id]/refunds";
    list($said, $trouble, $status, $objection) = fn_wasl_ask($store, $wish, $path, $key, WASL_REFUND_TIMEOUT);
    if ($said === null) {
        fn_log_event('requests', 'http', ['url' => $path, 'data' => WASL_SCRIPT, 'response' => $trouble]);
        $is_refused = in_array($status, WASL_REFUSALS, true);
        $said = $is_refused ? ['state' => 'refused', 'note' => $objection] : ['note' => $trouble];
    }
    $news = array_filter(array_intersect_key($said, ['state' => '', 'amount' => '', 'note' => '']), 'is_string');
    db_query('UPDATE ?:wasl_refunds SET ?u WHERE refund_key = ?s', $news + ['updated_at' => time()], $key);
    fn_wasl_refund_tell($news + $refund);
    return isset($news['state']);
}

/** Tell the administrator where a refund stands. What Wasl quotes of the gateway is text, not markup. */
function fn_wasl_refund_tell(array $refund) {
    $words = ['[order]' => $refund['order_id'], '[amount]' => trim("$refund[amount] $refund[currency]")]
        + ['[reason]' => htmlspecialchars($refund['note'], ENT_NOQUOTES)];
    $kinds = ['approved' => ['N', 'notice'], 'refused' => ['E', 'error'], 'asked' => ['E', 'error']];
    list($type, $title) = $kinds[$refund['state']] ?? ['W', 'warning'];
    $text = 'wasl.refund_' . ($type === 'W' ? 'under_way' : $refund['state']);
    fn_set_notification($type, __($title), __($text, $words), 'K');
}

/** A return's page is opened. @return array|null what its box offers: amount, currency, worth; the state if asked for */
function fn_wasl_refund_offer($return_id) {
    $order = fn_wasl_order(db_get_field('SELECT order_id FROM ?:rma_returns WHERE return_id = ?i', $return_id));
    $paid = $order ? fn_wasl_refundable($order) : null;
    $known = "SELECT amount, currency, state FROM ?:wasl_refunds WHERE source = ?s AND state <> 'refused'";
    if ($paid) {
        fn_wasl_refund_visit($order['order_id']);
        $worth = fn_wasl_worth($order, $return_id);
        $paid = db_get_row($known, "rma-$return_id") ?: ['amount' => fn_wasl_charged($paid, $worth), 'state' => '']
            + compact('worth') + $paid;
    }
    return $paid;
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
        list($quotient, $rest) = [$quotient * 10 + intdiv($rest, $whole), $rest % $whole];
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
    $query = "SELECT SUM(worth) AS worth, SUM(REPLACE(amount, '.', '')) AS minor FROM ?:wasl_refunds"
        . " WHERE payment_id = ?s AND state <> 'refused'";
    list($earlier, $given_back) = array_map('intval', array_values(db_get_row($query, $paid['payment_id'])));
    $total = max(1, fn_wasl_cents($paid['order_total']));
    $minor = fn_wasl_share(str_replace('.', '', $paid['amount']), min($total, $earlier + $worth), $total) - $given_back;
    $decimals = strlen(strrchr($paid['amount'], '.') ?: '.') - 1;
    $digits = str_pad((string) $minor, $decimals + 1, '0', STR_PAD_LEFT);
    return $minor > 0 ? rtrim(substr_replace($digits, '.', strlen($digits) - $decimals, 0), '.') : null;
}

/** @return int what a return's goods cost, in cents, with their part of taxes and of the shipping as the merchant chose */
function fn_wasl_worth(array $order, $return_id) {
    $scope = fn_wasl_methods()[$order['payment_id']]['refund_scope'] ?? 'items_tax';
    list($lines, $goods) = fn_wasl_lines('?:order_details WHERE order_id', $order['order_id']);
    list($back, $value) = fn_wasl_lines("?:rma_return_products WHERE type = 'A' AND return_id", $return_id);
    list($goods, $value, $tax, $tax_back) = [max(1, $goods), min($value, $goods), 0, 0];
    $taxes = db_get_field("SELECT data FROM ?:order_data WHERE order_id = ?i AND type = 'T'", $order['order_id']);
    foreach (@unserialize($taxes, ['allowed_classes' => false]) ?: [] as $one) {
        // A tax on top of prices. P: of all goods together. P_<line>: of one line. The shipping's stays with the shipping.
        foreach ($one['price_includes_tax'] === 'Y' ? [] : preg_grep('/^P/', array_keys($one['applies'])) as $to) {
            list($sum, $line) = [fn_wasl_cents($one['applies'][$to]), substr($to, 2)];
            $share = strlen($to) === 1 ? [$value, $goods] : [$back[$line] ?? 0, $lines[$line] ?? 1];
            list($tax, $tax_back) = [$tax + $sum, $tax_back + fn_wasl_share($sum, ...$share)];
        }
    }
    $untaxed = $scope === 'items_tax_shipping' ? fn_wasl_cents($order['total']) - $tax
        : $goods - fn_wasl_cents($order['subtotal_discount']);
    return fn_wasl_share(max(0, $untaxed), $value, $goods) + ($scope === 'items' ? 0 : $tax_back);
}

/** @return array how many there are of each line, and what all lines cost in cents */
function fn_wasl_lines($of, $id) {
    $lines = db_get_array("SELECT item_id, amount, price * amount AS cost FROM $of = ?i", $id);
    $costs = array_map('fn_wasl_cents', array_column($lines, 'cost'));
    return [array_column($lines, 'amount', 'item_id'), array_sum($costs)];
}
