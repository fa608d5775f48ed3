<?php

/**
 * Brings an order to what Wasl has proved about its money, through the shop's own engine: stock, mails, hooks.
 *
 * Everything is decided by the order as it is under its lock. The tables know no transactions, so a crash may come
 * between any two statements: the version is stored after the change, and repeating an unfinished call finishes it.
 */

defined('BOOTSTRAP') or die('Access denied');

const WASL_FAILURES = ['failed', 'canceled', 'expired'], WASL_REFUNDS = ['partially_refunded', 'refunded'], WASL_KNOWN = 'this version, or a later one, is known already';

/** @return array|null order.settle; null if the order's lock could not be had */
function fn_wasl_settle(array $call, array $store) {
    $order = fn_wasl_order($call['order_id']) ?? ['parent_order_id' => 0, 'order_id' => 0];
    return fn_wasl_locked($order, function () use ($call, $store) {
        list($order, $row) = [fn_wasl_order($call['order_id']), fn_wasl_row($call['order_id'])];
        $objection = $order === null ? 'no such order' : fn_wasl_objection($order, $row, $call, $store);
        $result = $objection === WASL_KNOWN ? 'unchanged' : 'refused';
        return $objection === '' ? fn_wasl_settle_parts($order, $call + ['was' => $row['state']])
            : fn_wasl_answer($call, $result, $order ? fn_wasl_parts($order) : [], $objection);
    });
}

/**
 * Why this call must not touch this order, the first that holds; '' if it may. Nothing is stored of a refused call, so
 * that it can be told again once a person has looked.
 */
function fn_wasl_objection(array $order, array $row, array $call, array $store) {
    list($asked, $told) = ["$row[amount] $row[currency]", "$call[amount] $call[currency]"];
    return (string) key(array_filter([
        'the order was moved to another payment method' => !isset(fn_wasl_methods()[$order['payment_id']]),
        'no payment of this order was begun here' => $row['amount'] === '',
        'the order belongs to another store of Wasl' => $row['store_id'] !== $store['store_id'],
        WASL_KNOWN => $call['version'] <= $row['version'],
        "the order asked for $asked, the payment is over $told" => $asked !== $told,
        "this shop has no order status '$call[target_status]'" =>
            !array_key_exists($call['target_status'], ['' => ''] + fn_get_statuses(STATUSES_ORDER)),
    ]));
}

/** Settle the order, or each child of a parent: CS-Cart's own way would revive a cancelled child with the others. */
function fn_wasl_settle_parts(array $order, array $call) {
    $parts = $live = [];
    foreach (fn_wasl_parts($order) as $index => $part) {
        $row = fn_wasl_row($part['order_id']);
        $part += ['before' => $part['status'], 'left' => $row['status_left'], 'said' => fn_wasl_hold($part, $row, $call)];
        $parts[$index] = $part;
        $live += $part['said'] === '' ? [$index => $part] : [];
    }
    if ($live) {
        // CS-Cart shows this to the merchant, and reason_text to the buyer.
        $reason = in_array($call['state'], WASL_FAILURES, true) ? $call['reason'] : '';
        $refunded = in_array($call['state'], WASL_REFUNDS, true) ? "$call[refunded] $call[currency]" : '';
        $info = ['transaction_id' => $call['tran_ref'], 'reason_text' => $reason, 'wasl.refunded' => $refunded];
        $info = array_filter($info, 'strlen') + ['wasl.payment_id' => $call['payment_id'], 'wasl.state' => $call['state']];
        fn_update_order_payment_info($order['order_id'], $info);
        foreach ($live as $index => $part) {
            $parts[$index] = fn_wasl_act($part, $call) + $part;
            $live = empty($parts[$index]['is_vetoed']) ? $live : array_diff_key($live, [$index => '']);
        }
        $told = array_intersect_key($call, ['version' => 1, 'state' => 1, 'payment_id' => 1]) + ['updated_at' => time()];
        $told += $call['tran_ref'] === '' ? [] : ['tran_ref' => $call['tran_ref']];
        $live and db_query('UPDATE ?:wasl_payments SET ?u WHERE order_id = ?i', $told, $order['order_id']);
    }
    $is_changed = array_column($parts, 'status') !== array_column($parts, 'before');
    return fn_wasl_answer($call, $live ? ($is_changed ? 'changed' : 'unchanged') : 'refused', $parts);
}

/** Why this order, or this child, must stay as it is, the first that holds; '' if Wasl may settle it. */
function fn_wasl_hold(array $part, array $row, array $call) {
    list($status, $target, $it) = [$part['status'], $call['target_status'], "order $part[order_id]"];
    $is_part = $part['order_id'] === $call['order_id'] || ($row['store_id'] !== '' && $row['amount'] === '');
    list($is_paid, $is_refund) = [fn_wasl_is_settled($target), in_array($call['state'], WASL_REFUNDS, true)];
    // What an unfinished call can have left is our own doing: the target, or B when the stock was short.
    $is_ours = in_array($status, [$row['status_left'], $target], true) || ($is_paid && $status === 'B');
    // Money goes back after the order went on, was recalculated for a return, or was set to ask for just that.
    $is_agreed = $target === '' || (($is_paid || $is_refund) && fn_wasl_is_settled($status))
        || ($is_refund && $status === (fn_wasl_methods()[$part['payment_id']]['refund_status'] ?? ''));
    $is_edited = $row['order_total'] !== $part['total'] && !($is_refund && $call['was'] !== '');
    return (string) key(array_filter([
        "$it is not part of this payment" => !$is_part,
        "$it was edited: $row[order_total] when its payment began, $part[total] now" => $is_edited,
        "$it was set to $status by a person since its payment began" => !$is_ours && !$is_agreed,
    ]));
}

/**
 * Change the status of one order unless it is further along, and note what became of it.
 *
 * @return array what is new of the part: status (read back from the table), before, said, is_vetoed
 */
function fn_wasl_act(array $part, array $call) {
    list($order_id, $status, $target) = [$part['order_id'], $part['status'], $call['target_status']];
    $is_paid = fn_wasl_is_settled($status);
    // A failure of another attempt after the money came; or what a person has made of a paid order since.
    $is_later = in_array($call['state'], WASL_FAILURES, true) ? $is_paid || $status === 'B'
        : $is_paid && fn_wasl_is_settled($target) && ($status === 'C' || $status !== $part['left'])
            && ($target === $part['left'] || !in_array($call['state'], WASL_REFUNDS, true));
    if ($target === '' || ($is_later && $status !== $target)) {
        return ['said' => $target === '' ? '' : "order $order_id is further along: $status stays, told $call[state]"];
    }
    if ($status !== $target) {
        // Who is named here hears nothing; of the others the shop's own notification settings decide.
        $muted = array_diff_key(['customer' => 'C', 'department' => 'A', 'vendor' => 'V'], array_filter($call['notify']));
        fn_change_order_status($order_id, $target, '', array_fill_keys($muted, false));
    }
    $found = (string) db_get_field('SELECT status FROM ?:orders WHERE order_id = ?i', $order_id);
    $is_vetoed = !in_array($found, [$target, 'B'], true) && $found === $status;
    db_query('UPDATE ?:wasl_payments SET status_left = ?s WHERE order_id = ?i', $found, $order_id);
    if ($found === 'B' || fn_wasl_is_settled($found)) {
        // A buyer whose order is paid has nothing left in the stored cart.
        db_query('DELETE FROM ?:user_session_products WHERE order_id = ?i', $call['order_id']);
    }
    $said = $is_vetoed ? "order $order_id stays $found: the shop, or another add-on, would not make it $target" : '';
    return ['status' => $found, 'before' => $status === $target ? $status : $part['left']] + compact('said', 'is_vetoed');
}

/** The answer. Of children that became different things, a person must see the one that is not the wished one. */
function fn_wasl_answer(array $call, $result, array $parts, $reason = '') {
    $after = array_column($parts, 'status', 'order_id');
    $before = array_column($parts, 'before', 'order_id') ?: $after;
    $changed = array_diff_assoc($after, $before) ?: $after;
    return [
        'result' => $result, 'order_id' => $call['order_id'],
        'reason' => $reason ?: implode('; ', array_filter(array_column($parts, 'said'))),
        'status' => (string) (current(array_diff($changed, [$call['target_status']])) ?: reset($changed)),
        'status_before' => (string) current(array_intersect_key($before, $changed)),
        'children' => fn_wasl_children($call['order_id']),
    ];
}
