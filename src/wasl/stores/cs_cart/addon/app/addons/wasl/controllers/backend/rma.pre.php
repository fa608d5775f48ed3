<?php

defined('BOOTSTRAP') or die('Access denied');

// The box on a return's page, and what became of refunds that had no last word yet.
if ($mode === 'details' && $_SERVER['REQUEST_METHOD'] === 'GET') {
    $wasl_return = (int) ($_GET['return_id'] ?? 0);
    fn_wasl_refund_visit((int) db_get_field('SELECT order_id FROM ?:rma_returns WHERE return_id = ?i', $wasl_return));
    Tygh::$app['view']->assign('wasl_refund', fn_wasl_refund_offer($wasl_return));
}
