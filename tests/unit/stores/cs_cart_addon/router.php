<?php

/**
 * The double of CS-Cart with three doors more for these tests: place an order, begin its payment, run SQL.
 *
 * All else is the double's own router, so that the add-on's controllers run as the shop runs them.
 */

const DOUBLE = __DIR__ . '/../../../../src/wasl/demo/cs_cart';

$test_path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (strpos($test_path, '/test/') !== 0) {
    require DOUBLE . '/router.php';
    return;
}
define('AREA', 'C');
define('ACCOUNT_TYPE', 'customer');
define('DEMO_CONSOLE', true);
require DOUBLE . '/core/bootstrap.php';
fn_demo_start();
header('Content-Type: application/json');
$told = json_decode(file_get_contents('php://input'), true);
if ($test_path === '/test/place') {
    $auth = ['user_id' => 0, 'order_ids' => []];
    $cart = ['payment_id' => $told['payment_id']];
    foreach ($told['products'] as $product_id => $amount) {
        fn_add_product_to_cart([$product_id => ['product_id' => $product_id, 'amount' => $amount]], $cart, $auth);
    }
    fn_calculate_cart_content($cart, $auth);
    echo json_encode(fn_place_order($cart, $auth)[0]);
} elseif ($test_path === '/test/start') {
    Tygh\Registry::set('runtime.mode', $told['mode']);
    fn_start_payment($told['order_id']);
    echo json_encode('came back');
} elseif ($test_path === '/test/sql') {
    $is_question = stripos($told['query'], 'select') === 0;
    $function = $is_question ? 'db_get_array' : 'db_query';
    echo json_encode($function($told['query'], ...$told['values']));
} elseif ($test_path === '/test/price') {
    echo json_encode(fn_wasl_price($told['total'], $told['bought_in'], $told['policy']));
}
