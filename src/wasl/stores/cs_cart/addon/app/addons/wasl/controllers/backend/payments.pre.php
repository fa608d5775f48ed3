<?php

defined('BOOTSTRAP') or die('Access denied');

// An add-on uploaded over an older one is not installed again: its processor is looked after where it is used.
fn_wasl_install();
Tygh::$app['view']->assign('wasl_stores', array_column(fn_wasl_config()['stores'], 'name', 'store_id'));
// A paid order's own statuses ask for nothing back.
$wasl_statuses = fn_get_simple_statuses(STATUSES_ORDER);
Tygh::$app['view']->assign('wasl_statuses', array_filter($wasl_statuses, function ($letter) {
    return !fn_wasl_is_settled((string) $letter);
}, ARRAY_FILTER_USE_KEY));
