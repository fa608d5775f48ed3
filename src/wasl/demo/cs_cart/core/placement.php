<?php

/** From cart to order to payment and back (CS-Cart reference §3): placing, starting, finishing, paying again, routing. */

use Tygh\Registry;

const DEMO_START_LIMIT_S = 300;

/** @return array [order id, whether a payment has to be started] */
function fn_place_order(&$cart, &$auth, $action = '', $issuer_id = null, $parent_order_id = 0)
{
    $groups = $cart['product_groups'];
    $is_parent = fn_allowed_for('MULTIVENDOR') && count($groups) > 1;
    $order_id = fn_demo_insert_order($cart, $auth, $is_parent, $parent_order_id);
    fn_demo_insert_order_data($order_id, $cart, $groups);
    if (!$parent_order_id) {
        db_query(
            'UPDATE ?:user_session_products SET order_id = ?i WHERE user_id = ?s',
            $order_id,
            fn_demo_cart_owner()
        );
        demo_note($order_id, 'buyer', 'placed', ['total' => sprintf('%.2f', $cart['total'])]);
    }
    Tygh::$app['session']['auth']['order_ids'][] = $order_id;
    $auth['order_ids'] = Tygh::$app['session']['auth']['order_ids'];

    $order_status = fn_demo_first_status($cart);
    fn_set_hook('place_order', $order_id, $action, $order_status, $cart, $auth);
    $rules = $order_status === STATUS_INCOMPLETED_ORDER ? fn_get_notification_rules([], true) : [];
    if ($is_parent) {
        fn_demo_place_suborders($order_id, $cart, $auth, $action, $issuer_id);
    } else {
        fn_change_order_status($order_id, $order_status, '', $rules, true);
    }
    $short_order_data = fn_get_order_short_info($order_id);
    fn_set_hook(
        'place_order_post',
        $cart,
        $auth,
        $action,
        $issuer_id,
        $parent_order_id,
        $order_id,
        $order_status,
        $short_order_data,
        $rules
    );
    return [$order_id, (float) $cart['total'] > 0];
}

/** A total of nothing is paid; a method with a script is not yet; any other is open. */
function fn_demo_first_status(array $cart)
{
    if ((float) $cart['total'] <= 0) {
        return 'P';
    }
    return fn_check_processor_script($cart['payment_id'])[0] ? STATUS_INCOMPLETED_ORDER : 'O';
}

function fn_demo_insert_order(array $cart, array $auth, $is_parent, $parent_order_id)
{
    $groups = $cart['product_groups'];
    return db_query('INSERT INTO ?:orders ?e', [
        'is_parent_order' => $is_parent ? 'Y' : 'N',
        'parent_order_id' => $parent_order_id,
        'company_id' => $is_parent ? 0 : $groups[0]['company_id'],
        'user_id' => $auth['user_id'] ?? 0,
        'total' => sprintf('%.2f', $cart['total']),
        'subtotal' => sprintf('%.2f', $cart['subtotal']),
        'timestamp' => time(),
        'updated_at' => time(),
        'status' => $is_parent ? STATUS_PARENT_ORDER : STATUS_INCOMPLETED_ORDER,
        'payment_id' => $cart['payment_id'],
        'lang_code' => CART_LANGUAGE,
        'ip_address' => $_SERVER['REMOTE_ADDR'] ?? '',
        'storefront_id' => Registry::get('runtime.storefront_id'),
    ] + $cart['user_data']);
}

function fn_demo_insert_order_data($order_id, array $cart, array $groups)
{
    foreach ($cart['products'] as $item_id => $line) {
        db_query('INSERT INTO ?:order_details ?e', [
            'item_id' => $item_id,
            'order_id' => $order_id,
            'product_id' => $line['product_id'],
            'product_code' => $line['product_code'],
            'price' => $line['price'],
            'amount' => $line['amount'],
            'extra' => serialize($line['extra'] + ['product' => $line['product'], 'company_id' => $line['company_id']]),
        ]);
    }
    $data = ['G' => serialize($groups), 'R' => serialize(CART_SECONDARY_CURRENCY)];
    if (!empty($cart['payment_info'])) {
        $data['P'] = fn_encrypt_text(serialize($cart['payment_info']));
    }
    foreach ($data as $type => $value) {
        db_query('REPLACE INTO ?:order_data ?e', ['order_id' => $order_id, 'type' => $type, 'data' => $value]);
    }
}

/** One order per vendor, each with its own lines and total. */
function fn_demo_place_suborders($parent_id, array $cart, &$auth, $action, $issuer_id)
{
    foreach ($cart['product_groups'] as $group) {
        $part = ['products' => $group['products'], 'product_groups' => []] + $cart;
        fn_calculate_cart_content($part, $auth);
        fn_place_order($part, $auth, $action, $issuer_id, $parent_id);
    }
}

/** Write that a payment has started, then run the processor's script, which normally leaves the request. */
function fn_start_payment($order_id, $force_notification = [], $payment_info = [])
{
    $order_info = fn_get_order_info($order_id);
    if (!$order_info) {
        return false;
    }
    if ($payment_info) {
        $order_info['payment_info'] = $payment_info;
    }
    [$is_processor_script, $processor_data] = fn_check_processor_script($order_info['payment_id']);
    if (!$is_processor_script) {
        return false;
    }
    set_time_limit(DEMO_START_LIMIT_S);
    Registry::set('demo.started_order', $order_id);
    db_query('REPLACE INTO ?:order_data ?e', ['order_id' => $order_id, 'type' => 'S', 'data' => time()]);
    foreach (['address', 'city', 'country', 'zipcode'] as $field) {
        $order_info["b_$field"] = $order_info["b_$field"] ?: (string) Registry::get("settings.Checkout.default_$field");
    }
    $mode = Registry::get('runtime.mode');
    $pp_response = [];
    include fn_get_processor_script_path($processor_data['processor_script']);
    if (empty($pp_response['is_deferred_payment'])) {
        fn_finish_payment($order_id, $pp_response, $force_notification);
    }
    return true;
}

/** Store an answer and change the status: once per started payment; a later call does nothing. @return true always */
function fn_finish_payment($order_id, $pp_response, $force_notification = [])
{
    if (!db_query("DELETE FROM ?:order_data WHERE order_id = ?i AND type = 'S'", $order_id)) {
        return true;
    }
    fn_set_hook('finish_payment', $order_id, $pp_response, $force_notification);
    fn_update_order_payment_info($order_id, $pp_response);
    $status = $pp_response['order_status'] ?? '';
    if ($status === STATUS_INCOMPLETED_ORDER && (Tygh::$app['session']['cart']['placement_action'] ?? '') === 'repay') {
        $status = STATUS_CANCELED_ORDER;
    }
    if ($status !== '') {
        fn_change_order_status($order_id, $status, '', $force_notification);
    }
    return true;
}

/**
 * Pay an order again: what the controller `orders.repay` does. Ends the request.
 *
 * The order becomes O, which takes its stock at once, unless an add-on's `repay_order` wants another status.
 */
function fn_repay_order(array $order_info, array $params, array &$auth)
{
    $order_id = $order_info['order_id'];
    $payment_info = $params['payment_info'] ?? [];
    $payment_id = $params['payment_id'] ?? $order_info['payment_id'];
    $payment = fn_get_payment_method_data($payment_id);
    db_query("DELETE FROM ?:order_data WHERE order_id = ?i AND type = 'P'", $order_id);
    if ($payment_info) {
        fn_update_order_payment_info($order_id, $payment_info);
    }
    $update_order = ['payment_id' => $payment_id, 'repaid' => (int) $order_info['repaid'] + 1];
    $change_order_status = 'O';
    fn_set_hook('repay_order', $order_info, $update_order, $payment, $payment_info, $change_order_status);
    db_query('UPDATE ?:orders SET ?u WHERE order_id = ?i', $update_order, $order_id);
    demo_note($order_id, 'buyer', 'pays_again');
    fn_change_order_status(
        $order_id,
        $change_order_status,
        $order_info['status'],
        fn_get_notification_rules([], false)
    );
    Tygh::$app['session']['cart']['placement_action'] = 'repay';
    fn_start_payment($order_id, [], $payment_info);
    fn_order_placement_routines('repay', $order_id, [], true);
}

/** Send the buyer to where the order's status belongs (CS-Cart reference §3.3). Always ends the request. */
function fn_order_placement_routines(
    $action = '',
    $order_id = 0,
    $force_notification = [],
    $clear_cart = true,
    $area = AREA
)
{
    $order_info = fn_get_order_info($order_id, true) ?: ['status' => STATUS_INCOMPLETED_ORDER, 'order_id' => $order_id];
    $status = fn_demo_shown_status($order_info);
    $_error = false;
    fn_set_hook('placement_routines', $order_id, $force_notification, $order_info, $_error);
    $is_paid = in_array($status, fn_get_order_paid_statuses(), true);
    if ($is_paid || $status === STATUS_BACKORDERED_ORDER) {
        $redirect_url = fn_demo_thank($order_id, $is_paid, $clear_cart);
    } else {
        $redirect_url = fn_demo_send_back($order_id, $status);
        $_error = true;
    }
    $allow_external_redirect = false;
    fn_set_hook(
        'order_placement_routines',
        $order_id,
        $force_notification,
        $order_info,
        $_error,
        $redirect_url,
        $allow_external_redirect
    );
    fn_redirect($redirect_url, $allow_external_redirect);
}

/** A parent is judged by its first child. */
function fn_demo_shown_status(array $order_info)
{
    if ($order_info['status'] !== STATUS_PARENT_ORDER) {
        return $order_info['status'];
    }
    return db_get_field(
        'SELECT status FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id LIMIT 1',
        $order_info['order_id']
    );
}

function fn_demo_thank($order_id, $is_paid, $clear_cart)
{
    if ($is_paid) {
        fn_set_notification('N', __('order_placed'), __('text_order_placed_successfully'), '', 'order_placed');
    } else {
        fn_set_notification('W', __('important'), __('text_order_backordered'), '', 'order_backordered');
    }
    if ($clear_cart) {
        fn_clear_cart(Tygh::$app['session']['cart']);
        db_query("DELETE FROM ?:user_session_products WHERE user_id = ?s AND type = 'C'", fn_demo_cart_owner());
    }
    return "checkout.complete?order_id=$order_id";
}

function fn_demo_send_back($order_id, $status)
{
    if ($status === STATUS_INCOMPLETED_ORDER) {
        fn_set_notification('W', __('important'), __('text_transaction_cancelled'), '', 'transaction_cancelled');
        Tygh::$app['session']['cart']['processed_order_id'][] = $order_id;
    } else {
        Tygh::$app['session']['cart']['failed_order_id'][] = $order_id;
    }
    return 'checkout.checkout';
}
