<?php

defined('BOOTSTRAP') or die('Access denied');

// Included by CS-Cart to begin a payment, which never comes back from here: coming back would finish the payment.
defined('PAYMENT_NOTIFICATION') or fn_wasl_start($order_info, $mode === 'repay');
