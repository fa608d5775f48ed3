<?php

defined('BOOTSTRAP') or die('Access denied');

fn_register_hooks('repay_order', 'change_order_status_post', 'rma_update_details_post');

// Wasl's call wants JSON and nothing before it. What other add-ons and PHP itself print from here on is thrown away.
($_REQUEST['dispatch'] ?? '') === 'wasl.settle' and ob_start();
