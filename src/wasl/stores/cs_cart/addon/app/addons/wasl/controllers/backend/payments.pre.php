<?php

defined('BOOTSTRAP') or die('Access denied');

// An add-on uploaded over an older one is not installed again: its processor is looked after where it is used.
fn_wasl_install();
Tygh::$app['view']->assign('wasl_stores', array_column(fn_wasl_config()['stores'], 'name', 'store_id'));
// A status of orders that go out asks for nothing back.
$wasl_statuses = array_diff_key(fn_get_simple_statuses(STATUSES_ORDER), array_flip(fn_get_order_paid_statuses()));
Tygh::$app['view']->assign('wasl_statuses', $wasl_statuses);
