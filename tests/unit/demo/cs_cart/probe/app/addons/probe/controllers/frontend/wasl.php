<?php

defined('BOOTSTRAP') or die('Access denied');

// A settle door that believes everybody, to try what the shop does around one.
if ($mode === 'settle') {
    while (ob_get_level() > 0 && @ob_end_clean()) {
        continue;
    }
    $call = json_decode(file_get_contents('php://input'), true);
    header('Content-Type: application/json');
    $result = fn_change_order_status($call['order_id'], $call['target_status']) ? 'changed' : 'unchanged';
    echo json_encode(['result' => $result, 'status' => $call['target_status'], 'reason' => '']);
    exit;
}
return [CONTROLLER_STATUS_NO_PAGE];
