<?php

/** The front page: what is on the shelf, and both sides of this visitor's latest order. */

use Tygh\Registry;

if ($mode !== 'index') {
    return [CONTROLLER_STATUS_NO_PAGE];
}

require_once DEMO_PAGES . '/board.php';

[$products] = fn_get_products();
$offered = fn_demo_offered_orders();
$wanted = (string) ($_REQUEST['order_id'] ?? '');
$watched = in_array($wanted, $offered, true) ? $wanted : ($offered[0] ?? '');
Tygh::$app['view']->assign([
    'products' => $products,
    'offered' => $offered,
    'watched' => $watched,
    'board' => fn_demo_ask_desk($watched)['html'] ?? '',
    'desk_url' => (string) Registry::get('demo.desk_url'),
    'gateway_url' => (string) Registry::get('demo.gateway_url'),
    'methods' => fn_prepare_checkout_payment_methods(Tygh::$app['session']['cart'], $auth),
]);
