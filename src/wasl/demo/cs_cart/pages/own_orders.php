<?php

/** What a visitor may see and pay of the orders placed in this session. */

/** @return array [] for an order that is not this visitor's */
function fn_demo_own_order($order_id, array $auth)
{
    $order_id = is_scalar($order_id) ? (int) $order_id : 0;

    return $order_id && fn_is_order_allowed($order_id, $auth) ? (fn_get_order_info($order_id) ?: []) : [];
}

/**
 * Whether the shop offers to pay an order again: by its status, as set in the back office.
 *
 * Two letters differ from CS-Cart as installed: N may be paid, since its buyer may simply have gone back from the payment
 * page, and B may not, since an order gets there by being paid.
 */
function fn_demo_may_repay(array $order)
{
    $status = fn_demo_shown_status($order);
    if ($status === STATUS_INCOMPLETED_ORDER) {
        return true;
    }
    $statuses = fn_get_statuses(STATUSES_ORDER, [], true);

    return $status !== STATUS_BACKORDERED_ORDER && ($statuses[$status]['params']['repay'] ?? 'N') === 'Y';
}

/** @return array the order that waits for its money: just sent back from the payment, or placed from this cart; [] if none */
function fn_demo_order_to_pay(array $cart, array $auth)
{
    $sent_back = array_merge((array) ($cart['processed_order_id'] ?? []), (array) ($cart['failed_order_id'] ?? []));
    $of_cart = db_get_field(
        "SELECT order_id FROM ?:user_session_products WHERE session_id = ?s AND type = 'C' ORDER BY order_id DESC LIMIT 1",
        Tygh::$app['session']->getID()
    );
    foreach (array_unique(array_filter([...array_reverse($sent_back), $of_cart])) as $order_id) {
        $order = fn_demo_own_order($order_id, $auth);
        if ($order && fn_demo_may_repay($order)) {
            return $order;
        }
    }

    return [];
}

/** @return string why the buyer is at the checkout again: failed, withdrawn, canceled; '' if nobody has tried to pay */
function fn_demo_outcome(array $order, array $cart)
{
    $status = fn_demo_shown_status($order);
    if ($status === STATUS_CANCELED_ORDER) {
        return 'withdrawn';
    }
    if ($status !== STATUS_INCOMPLETED_ORDER) {
        return 'failed';
    }

    return in_array($order['order_id'], (array) ($cart['processed_order_id'] ?? [])) ? 'canceled' : '';
}
