<?php

/** One order as its buyer sees it, and paying it again. */

$order = fn_demo_own_order($_REQUEST['order_id'] ?? 0, $auth);

if (!$order) {
    return [CONTROLLER_STATUS_NO_PAGE, '', 'message.not_yours'];
}

if ($mode === 'repay' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!fn_demo_may_repay($order)) {
        return [CONTROLLER_STATUS_REDIRECT, "orders.details?order_id=$order[order_id]"];
    }
    fn_repay_order($order, array_intersect_key($_REQUEST, ['payment_id' => 1, 'payment_info' => 1]), $auth);
}

if ($mode !== 'details') {
    return [CONTROLLER_STATUS_NO_PAGE];
}

Tygh::$app['view']->assign(['order' => $order, 'may_repay' => fn_demo_may_repay($order)]);

return [CONTROLLER_STATUS_OK];
