<?php

/** Orders → Return requests: list, one return, changing its status, and the page that confirms it. */

use Tygh\Registry;

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $change = (array) ($_REQUEST['change_return_status'] ?? []);
    $return = fn_get_return_info($change['return_id'] ?? 0);
    $is_whole = isset($change['status_from'], $change['status_to'], $change['recalculate_order'], $change['action']);
    if ($mode !== 'update_details' || !$return || !$is_whole) {
        return [CONTROLLER_STATUS_NO_PAGE];
    }
    Registry::set('demo.actor', 'merchant');
    $needs_word = fn_rma_update_details(['change_return_status' => ['order_id' => $return['order_id']] + $change] + $_REQUEST);

    return [CONTROLLER_STATUS_REDIRECT, $needs_word ? 'rma.confirmation' : "rma.details?return_id=$return[return_id]"];
}

$view = Tygh::$app['view'];
if ($mode === 'returns') {
    $query = 'SELECT * FROM ?:rma_returns ORDER BY return_id DESC LIMIT ?i';
    $view->assign('returns', db_get_array($query, DEMO_ORDERS_MAX));

    return [CONTROLLER_STATUS_OK];
}
if ($mode === 'confirmation') {
    $change = Tygh::$app['session']['change_return_status'] ?? [];
    $total = db_get_field('SELECT total FROM ?:orders WHERE order_id = ?i', $change['order_id'] ?? 0);
    $view->assign(['change_return_status' => $change, 'total' => $total]);

    return [$change ? CONTROLLER_STATUS_OK : CONTROLLER_STATUS_NO_PAGE];
}

$return = $mode === 'details' ? fn_get_return_info((int) ($_REQUEST['return_id'] ?? 0)) : [];
if (!$return) {
    return [CONTROLLER_STATUS_NO_PAGE];
}
$view->assign([
    'return_info' => $return,
    'order_info' => fn_get_order_info($return['order_id']),
    'is_refund' => fn_is_refund_action($return['action']),
    'return_statuses' => fn_get_statuses(STATUSES_RETURN),
]);

return [CONTROLLER_STATUS_OK];
