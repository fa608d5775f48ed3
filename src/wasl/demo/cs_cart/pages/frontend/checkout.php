<?php

/** Cart, checkout, placing an order, thank you (CS-Cart reference §3.1, §3.3). */

$cart = &Tygh::$app['session']['cart'];

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if ($mode === 'add') {
        fn_add_product_to_cart((array) ($_REQUEST['product_data'] ?? []), $cart, $auth);
        return [CONTROLLER_STATUS_REDIRECT, 'checkout.checkout'];
    }
    if ($mode === 'place_order') {
        if (isset($_REQUEST['product_id']) && is_string($_REQUEST['product_id'])) { // bought in one click: it becomes the cart
            fn_clear_cart($cart);
            fn_add_product_to_cart([$_REQUEST['product_id'] => ['product_id' => $_REQUEST['product_id'], 'amount' => 1]], $cart, $auth);
        }
        fn_checkout_place_order($cart, $auth, array_intersect_key($_REQUEST, ['payment_id' => 1, 'payment_info' => 1]));
    }
    return [CONTROLLER_STATUS_REDIRECT, 'checkout.checkout'];
}

if ($mode === 'cart') {
    return [CONTROLLER_STATUS_REDIRECT, 'checkout.checkout'];
}

if ($mode === 'checkout') {
    fn_calculate_cart_content($cart, $auth);
    $order = fn_demo_order_to_pay($cart, $auth);
    Tygh::$app['view']->assign([
        'cart' => $cart,
        'order' => $order,
        'outcome' => $order ? fn_demo_outcome($order, $cart) : '',
        'methods' => fn_prepare_checkout_payment_methods($cart, $auth),
    ]);
}

if ($mode === 'complete') {
    $order = fn_demo_own_order($_REQUEST['order_id'] ?? 0, $auth);
    if (!$order) {
        return [CONTROLLER_STATUS_NO_PAGE, '', 'message.not_yours'];
    }
    $status = fn_demo_shown_status($order);
    if (!in_array($status, fn_get_order_paid_statuses(), true) && $status !== STATUS_BACKORDERED_ORDER) {
        return [CONTROLLER_STATUS_REDIRECT, 'checkout.checkout'];
    }
    Tygh::$app['view']->assign(['order' => $order, 'is_backordered' => $status === STATUS_BACKORDERED_ORDER]);
}

return [CONTROLLER_STATUS_OK];
