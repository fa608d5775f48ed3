<?php

defined('BOOTSTRAP') or die('Access denied');

// What became of earlier refunds, and what the box on this page offers; where the add-on for returns is active.
if (defined('STATUSES_RETURN') && $mode === 'details' && $_SERVER['REQUEST_METHOD'] === 'GET') {
    Tygh::$app['view']->assign('wasl_refund', fn_wasl_refund_offer((int) ($_GET['return_id'] ?? 0)));
}
