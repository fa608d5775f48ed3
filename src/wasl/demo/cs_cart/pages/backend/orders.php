<?php

/** Orders: list, one order, changing its status by hand. */

use Tygh\Registry;

$order_id = (int) ($_REQUEST['order_id'] ?? 0);

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if ($mode === 'update_status') {
        Registry::set('demo.actor', 'merchant');
        $status = is_string($_REQUEST['status'] ?? null) ? $_REQUEST['status'] : '';
        $is_known = isset(fn_get_statuses(STATUSES_ORDER, [], true)[$status]);
        $is_changed = $is_known && fn_change_order_status($order_id, $status, '', fn_get_notification_rules($_REQUEST));
        fn_set_notification($is_changed ? 'N' : 'W', __('notice'), __($is_changed ? 'office.status_changed' : 'office.status_same'));
    }

    return [CONTROLLER_STATUS_REDIRECT, "orders.details?order_id=$order_id"];
}

if ($mode === 'manage') {
    $all = !empty($_REQUEST['include_incompleted']);
    [$orders] = fn_get_orders(['include_incompleted' => $all], 50);
    Tygh::$app['view']->assign(['orders' => $orders, 'with_incomplete' => $all]);

    return [CONTROLLER_STATUS_OK];
}

$order = $mode === 'details' ? fn_get_order_info($order_id) : false;
if (!$order) {
    return [CONTROLLER_STATUS_NO_PAGE];
}

[$children] = $order['is_parent_order'] === 'Y' ? fn_get_orders(['parent_order_id' => $order_id, 'include_incompleted' => true]) : [[]];
Tygh::$app['view']->assign(['order' => $order, 'children' => $children, 'statuses' => fn_get_statuses(STATUSES_ORDER)]);

return [CONTROLLER_STATUS_OK];
