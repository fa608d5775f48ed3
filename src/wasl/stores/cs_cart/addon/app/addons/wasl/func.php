<?php

/**
 * Wasl: sends the buyer to PayTabs' payment page; Wasl, which proves what became of the money, settles the order here.
 *
 * Read in this order: settings, start, door, orders, settle, returning, refunds.
 */

defined('BOOTSTRAP') or die('Access denied');

foreach (['settings', 'start', 'door', 'orders', 'settle', 'returning', 'refunds'] as $wasl_part) {
    require_once __DIR__ . "/src/$wasl_part.php";
}

/**
 * Hook: paying again does not make the order Open. Nobody has paid yet, and Open would take the stock.
 *
 * @param string $change_order_status the letter CS-Cart is about to set; the present one changes nothing
 */
function fn_wasl_repay_order(&$info, &$update, $payment = [], $payment_info = [], &$change_order_status = null) {
    isset(fn_wasl_methods()[$update['payment_id']]) and $change_order_status = $info['status'];
}
