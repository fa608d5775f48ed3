<?php

/** The cart: in the session while the buyer shops, and as rows that survive it. */

use Tygh\Registry;

// The buyer of a demonstration: an address that hosted pages accept, so that nobody has to type one.
const DEMO_BUYER = [
    'firstname' => 'Mona',
    'lastname' => 'Ali',
    'email' => 'mona@example.com',
    'phone' => '+966500000000',
    'b_address' => '1 Olaya Street',
    'b_city' => 'Riyadh',
    'b_state' => '01',
    'b_country' => 'SA',
    'b_zipcode' => '12211',
];
const DEMO_AMOUNT_MAX = 1000;

function fn_clear_cart(&$cart, $complete = false, $clear_all = false)
{
    $cart = $clear_all ? [] : [
        'products' => [],
        'recalculate' => false,
        'user_data' => $complete || empty($cart['user_data']) ? [] : $cart['user_data'],
    ];
    return true;
}

/** @return array<string, string> cart ids by product; $product_data: [product id => ['product_id', 'amount']] */
function fn_add_product_to_cart($product_data, &$cart, &$auth, $update = false)
{
    $ids = [];
    foreach ($product_data as $key => $data) {
        $product = fn_get_product_data($data['product_id'] ?? $key);
        $amount = min((int) ($data['amount'] ?? 1), DEMO_AMOUNT_MAX);
        if (!$product || $product['status'] !== 'A' || $amount <= 0) {
            continue;
        }
        $id = (string) crc32($product['product_id']);
        $had = $update ? 0 : (int) ($cart['products'][$id]['amount'] ?? 0);
        $cart['products'][$id] = [
            'product_id' => $product['product_id'],
            'product_code' => $product['product_code'],
            'product' => $product['product'],
            'price' => $product['price'],
            'amount' => $had + $amount,
            'company_id' => fn_allowed_for('MULTIVENDOR') ? (int) $product['company_id'] : (int) Registry::get('runtime.company_id'),
            'extra' => ['is_edp' => $product['is_edp']],
        ];
        $ids[$product['product_id']] = $id;
    }
    fn_save_cart_content($cart, $auth['user_id'] ?? 0);
    return $ids;
}

/** Totals in the primary currency, and the groups an order is split into: one per vendor. */
function fn_calculate_cart_content(&$cart, $auth = [], ...$options)
{
    $cart += ['products' => []];
    $cart['user_data'] = ($cart['user_data'] ?? []) ?: DEMO_BUYER;
    $cart['subtotal'] = 0.0;
    $cart['amount'] = 0;
    $groups = [];
    foreach ($cart['products'] as $id => $line) {
        $cart['subtotal'] += $line['price'] * $line['amount'];
        $cart['amount'] += $line['amount'];
        $groups[$line['company_id']]['company_id'] = $line['company_id'];
        $groups[$line['company_id']]['products'][$id] = $line;
    }
    $cart['subtotal'] = fn_format_price($cart['subtotal'], CART_PRIMARY_CURRENCY, 2);
    $cart['total'] = $cart['subtotal'];
    $cart['product_groups'] = array_values($groups);
    return [$cart['products'], $cart['product_groups']];
}

function fn_cart_is_empty($cart)
{
    return empty($cart['products']);
}

/** Write the rows that survive the session. */
function fn_save_cart_content(&$cart, $user_id, $type = 'C', $user_type = 'R')
{
    $owner = fn_demo_cart_owner();
    db_query('DELETE FROM ?:user_session_products WHERE user_id = ?s AND type = ?s', $owner, $type);
    foreach ($cart['products'] ?? [] as $id => $line) {
        db_query('REPLACE INTO ?:user_session_products ?e', [
            'user_id' => $owner,
            'timestamp' => time(),
            'type' => $type,
            'item_id' => $id,
            'product_id' => $line['product_id'],
            'amount' => $line['amount'],
            'price' => $line['price'],
            'extra' => serialize($line),
            'session_id' => Tygh::$app['session']->getID(),
            'storefront_id' => Registry::get('runtime.storefront_id'),
        ]);
    }
}

/** A guest's rows belong to a number made of the session. */
function fn_demo_cart_owner()
{
    return (string) crc32(Tygh::$app['session']->getID());
}

/** @return bool whether the shelf has as many of every product as the cart wants */
function fn_demo_cart_in_stock(array $cart)
{
    foreach ($cart['products'] as $line) {
        $product = fn_get_product_data($line['product_id']);
        if (!$product || ($product['tracking'] !== 'D' && (int) $product['amount'] < $line['amount'])) {
            return false;
        }
    }
    return true;
}

/**
 * "Place order": checks, writes the order and sends the buyer to the payment. Every call is a new order.
 *
 * @return int PLACE_ORDER_STATUS_…; only when the buyer was not sent away
 */
function fn_checkout_place_order(&$cart, &$auth, $params)
{
    $cart['user_data'] = array_merge(($cart['user_data'] ?? []) ?: DEMO_BUYER, $params['user_data'] ?? []);
    fn_calculate_cart_content($cart, $auth);
    $methods = fn_prepare_checkout_payment_methods($cart, $auth);
    $kept = isset($methods[$cart['payment_id'] ?? 0]) ? $cart['payment_id'] : key($methods);
    $cart['payment_id'] = (string) ($params['payment_id'] ?? $kept ?? 0);
    unset($cart['failed_order_id'], $cart['processed_order_id']);
    if (fn_cart_is_empty($cart)) {
        return PLACE_ORDER_STATUS_TO_CART;
    }
    if (empty($cart['user_data']['email']) || ($cart['total'] > 0 && !isset($methods[$cart['payment_id']]))) {
        fn_set_notification('W', __('warning'), __('text_no_payments'));
        return PLACE_ORDER_STATUS_DENIED;
    }
    if (!fn_demo_cart_in_stock($cart)) {
        fn_set_notification('W', __('warning'), __('notice.short_of_stock'), '', 'short_of_stock');
        return PLACE_ORDER_STATUS_TO_CART;
    }
    [$order_id, $process_payment] = fn_place_order($cart, $auth);
    if ($process_payment) {
        fn_start_payment($order_id, [], $cart['payment_info'] ?? []);
    }
    fn_order_placement_routines('route', $order_id);
    return PLACE_ORDER_STATUS_OK;
}
