<?php

/** From "Place order" to the payment page. Every way out ends the request; on any trouble the order stays payable. */

defined('BOOTSTRAP') or die('Access denied');

const WASL_TIMEOUT = 10, WASL_ANSWER_MAX = 1048576, WASL_REASON_MAX = 300;

/**
 * Ask Wasl for a payment page and send the buyer there. Asking again for the same order gives the same live page.
 *
 * @param array $info the order as fn_start_payment completed it, with the shop's own address where the buyer left gaps
 */
function fn_wasl_start(array $info, $is_repay) {
    $order = fn_wasl_order($info['order_id']);
    $order_page = "orders.details?order_id=$order[order_id]";
    list($store_id, $policy) = array_values(fn_wasl_methods()[$order['payment_id']] ?? [null, 'primary']);
    list($amount, $currency) = fn_wasl_price($order['total'], $info['secondary_currency'] ?? '', $policy);
    list($payment, $trouble) = [null, "no exact amount in $currency, no such store in this add-on, or a locked order"];
    if ($amount !== null && $store_id !== null && fn_wasl_begin($order, $store_id, $amount, $currency)) {
        list($payment, $trouble) = fn_wasl_ask(fn_wasl_store($store_id), fn_wasl_wish($info, $amount, $currency));
    }
    if ($payment === null) {
        // For the merchant, in the shop's own log: no key, and nothing personal.
        fn_log_event('requests', 'http', ['url' => $order_page, 'data' => WASL_SCRIPT, 'response' => $trouble]);
        $message = $amount === null ? __('wasl.amount_refused', ['[currency]' => $currency]) : __('wasl.start_failed');
        fn_set_notification('E', __('error'), $message, 'K');
        // Where the buyer can try again: a first attempt still has its cart, a later one its order page.
        fn_redirect($is_repay ? $order_page : 'checkout.checkout');
    }
    db_query('UPDATE ?:wasl_payments SET payment_id = ?s WHERE order_id = ?i', $payment['id'], $order['order_id']);
    empty($payment['redirect_url']) or fn_redirect($payment['redirect_url'], true);
    // Without a page there is nothing to pay: the money is there, or it is being looked into.
    $message = $payment['state'] === 'paid' ? __('wasl.already_paid') : __('wasl.being_checked');
    fn_set_notification('N', __('notice'), $message, 'K');
    fn_redirect($order_page);
}

/**
 * Note what is asked for, before it is asked: Wasl may settle the order before its answer reaches us. From here on a
 * status that is not the noted one was set by a person or another add-on. A payment that goes on keeps its version, or
 * an old call would be taken for news.
 *
 * @return bool|null null if the order's lock could not be had
 */
function fn_wasl_begin(array $order, $store_id, $amount, $currency) {
    return fn_wasl_locked($order, function () use ($order, $store_id, $amount, $currency) {
        $order = fn_wasl_order($order['order_id']);
        $asked = ['amount' => $amount, 'currency' => $currency];
        foreach (array_column(array_merge([$order], fn_wasl_parts($order)), null, 'order_id') as $order_id => $part) {
            $row = fn_wasl_row($order_id);
            $goes_on = $row['store_id'] === $store_id && ($row['amount'] === '') === ($asked === []);
            db_query('REPLACE INTO ?:wasl_payments ?e', $asked + [
                'order_id' => $order_id, 'store_id' => $store_id, 'order_total' => $part['total'], 'state' => '',
                'status_left' => $part['status'], 'started_at' => time(), 'updated_at' => time(),
            ] + ($goes_on ? $row : []));
            $asked = []; // the children of a parent are not asked for
        }
        return true;
    });
}

/** @return array the body of POST /v1/payments; gaps in the address are left out */
function fn_wasl_wish(array $info, $amount, $currency) {
    return [
        'order_id' => (string) $info['order_id'], 'amount' => $amount, 'currency' => $currency,
        'description' => trim(Tygh\Registry::get('settings.Company.company_name') . ' ' . $info['order_id']),
        'return_url' => fn_url("wasl.return?order_id=$info[order_id]", 'C', 'current'),
        'language' => $info['lang_code'] === 'ar' ? 'ar' : 'en',
        'customer' => array_filter(array_map('strval', [
            'name' => trim("$info[b_firstname] $info[b_lastname]") ?: trim("$info[firstname] $info[lastname]"),
            'email' => $info['email'], 'phone' => $info['b_phone'] ?: $info['phone'], 'street1' => $info['b_address'],
            'city' => $info['b_city'], 'state' => $info['b_state'], 'country' => $info['b_country'],
            'zip' => $info['b_zipcode'], 'ip' => filter_var($info['ip_address'] ?? '', FILTER_VALIDATE_IP),
        ]), 'strlen'),
    ];
}

/**
 * Ask Wasl for a payment, or by $path for something to be done with one.
 *
 * @return array what Wasl made of it, or null; then why there is nothing, the HTTP status, and Wasl's own objection
 */
function fn_wasl_ask(array $store, array $wish, $path = '', $key = '', $timeout = WASL_TIMEOUT) {
    $curl = curl_init(rtrim(fn_wasl_config()['service_url'], '/') . "/v1/payments$path");
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => json_encode($wish), CURLOPT_RETURNTRANSFER => true, CURLOPT_FOLLOWLOCATION => false,
        CURLOPT_TIMEOUT => $timeout, CURLOPT_MAXFILESIZE => WASL_ANSWER_MAX,
        // Without "Expect:" curl may wait for a 100 that proxies do not send. A header without a value is not sent.
        CURLOPT_HTTPHEADER => ["Authorization: Bearer $store[api_key]", 'Content-Type: application/json', 'Expect:', "Idempotency-Key: $key"],
    ]);
    $payment = json_decode((string) curl_exec($curl), true);
    $status = curl_getinfo($curl, CURLINFO_HTTP_CODE);
    $is_opened = in_array($status, [200, 201], true) && isset($payment['id'], $payment['state']);
    $trouble = "HTTP $status " . curl_error($curl) . json_encode($payment['detail'] ?? '');
    return [$is_opened ? $payment : null, substr($trouble, 0, WASL_REASON_MAX), $status, $payment['detail'] ?? ''];
}
