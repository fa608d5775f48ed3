<?php

/** Reading orders, and what is stored of their payments. Values are strings, as the original's database gives them. */

use Tygh\Registry;

const DEMO_ORDERS_MAX = 500;

/**
 * @return array|false false when there is no such order, or it is another storefront's (CS-Cart with several)
 */
function fn_get_order_info(
    $order_id,
    $native_language = false,
    $format_info = true,
    $get_edp_files = false,
    $skip_static_values = false,
    $lang_code = CART_LANGUAGE
) {
    $condition = fn_allowed_for('ULTIMATE') ? fn_get_company_condition('company_id') : '';
    $order = db_get_row('SELECT * FROM ?:orders WHERE order_id = ?i ?p', $order_id, $condition);
    if (!$order) {
        return false;
    }
    $lang_code = $native_language ? $order['lang_code'] : $lang_code;
    $data = db_get_hash_single_array(
        'SELECT type, data FROM ?:order_data WHERE order_id = ?i',
        ['type', 'data'],
        $order_id
    );
    $order['payment_method'] = fn_get_payment_method_data($order['payment_id'], $lang_code);
    $order['products'] = fn_demo_order_lines($order_id);
    $order['subtotal'] = array_sum(array_column($order['products'], 'subtotal'));
    $order['display_subtotal'] = $order['subtotal'];
    $order['payment_info'] = fn_demo_unpacked($data['P'] ?? '');
    $order['product_groups'] = isset($data['G']) ? unserialize($data['G'], ['allowed_classes' => false]) : [];
    $order['secondary_currency'] = isset($data['R']) ? unserialize($data['R']) : CART_PRIMARY_CURRENCY;
    $order += ['taxes' => [], 'shipping' => [], 'fields' => [], 'promotions' => [], 'coupons' => [], 'doc_ids' => []];
    $additional_data = $data;
    fn_set_hook('get_order_info', $order, $additional_data);
    return $order;
}

function fn_demo_order_lines($order_id)
{
    $lines = db_get_hash_array(
        'SELECT * FROM ?:order_details WHERE order_id = ?i ORDER BY rowid',
        'item_id',
        $order_id
    );
    return array_map(static function ($line) {
        $line['extra'] = unserialize($line['extra'], ['allowed_classes' => false]);
        $line['product'] = $line['extra']['product'] ?? $line['product_id'];
        $line['subtotal'] = $line['display_subtotal'] = fn_format_price(
            $line['price'] * $line['amount'],
            CART_PRIMARY_CURRENCY,
            2
        );
        return $line;
    }, $lines);
}

/** @return array the stored payment information; [] when there is none */
function fn_demo_unpacked($stored)
{
    return $stored === '' ? [] : (unserialize(fn_decrypt_text($stored), ['allowed_classes' => false]) ?: []);
}

function fn_get_order_short_info($order_id)
{
    return db_get_row(
        'SELECT order_id, total, status, issuer_id, firstname, lastname, timestamp, user_id, is_parent_order, parent_order_id,'
        . ' company_id, lang_code, payment_id FROM ?:orders WHERE order_id = ?i',
        $order_id
    );
}

function fn_get_order_name($order_id)
{
    return db_get_field('SELECT order_id FROM ?:orders WHERE order_id = ?i', $order_id);
}

/**
 * Orders as the back office lists them: never parents, incomplete ones only if asked for.
 *
 * @return array [rows, $params]
 */
function fn_get_orders($params, $items_per_page = 0, $get_totals = false, $lang_code = CART_LANGUAGE)
{
    $condition = " AND is_parent_order <> 'Y'" . fn_get_company_condition('company_id');
    $statuses = array_filter((array) ($params['status'] ?? []));
    if ($statuses) {
        $condition .= db_quote(' AND status IN (?a)', $statuses);
    } elseif (empty($params['include_incompleted'])) {
        $condition .= db_quote(' AND status <> ?s', STATUS_INCOMPLETED_ORDER);
    }
    if (!empty($params['order_id'])) {
        $condition .= db_quote(
            ' AND order_id IN (?n)',
            is_array($params['order_id']) ? $params['order_id'] : explode(',', $params['order_id'])
        );
    }
    if (!empty($params['payments'])) {
        $condition .= db_quote(' AND payment_id IN (?n)', $params['payments']);
    }
    if (!empty($params['parent_order_id'])) {
        $condition .= db_quote(' AND parent_order_id = ?i', $params['parent_order_id']);
    }
    if (!empty($params['period']) && $params['period'] !== 'A') {
        $condition .= db_quote(
            ' AND timestamp BETWEEN ?i AND ?i',
            $params['time_from'] ?? 0,
            ($params['time_to'] ?? 0) ?: time()
        );
    }
    $limit = min((int) ($items_per_page ?: DEMO_ORDERS_MAX), DEMO_ORDERS_MAX);
    $skip = $limit * (max(1, (int) ($params['page'] ?? 1)) - 1);
    $order = strtolower($params['sort_order'] ?? 'desc') === 'asc' ? 'ASC' : 'DESC';
    $orders = db_get_array(
        "SELECT * FROM ?:orders WHERE 1 ?p ORDER BY order_id $order LIMIT ?i OFFSET ?i",
        $condition,
        $limit,
        $skip
    );
    return [$orders, $params];
}

/** Whether this visitor may look at an order: its owner, or a guest whose session has placed it. */
function fn_is_order_allowed($order_id, $auth)
{
    $owner = db_get_field('SELECT user_id FROM ?:orders WHERE order_id = ?i', $order_id);
    $allowed = $owner !== '' && (
        (!empty($auth['user_id']) && $auth['user_id'] == $owner)
        || in_array((string) $order_id, array_map('strval', $auth['order_ids'] ?? []), true)
    );
    fn_set_hook('is_order_allowed_post', $order_id, $auth, $allowed);
    return $allowed;
}

/**
 * Merge something into what is stored of an order's payment; a parent's children get the same.
 *
 * @return bool false for nothing, or for something that is no array
 */
function fn_update_order_payment_info($order_id, $pp_response)
{
    if (empty($order_id) || empty($pp_response) || !is_array($pp_response)) {
        return false;
    }
    $payment_info = fn_demo_unpacked(db_get_field(
        "SELECT data FROM ?:order_data WHERE order_id = ?i AND type = 'P'",
        $order_id
    ));
    fn_set_hook('update_order_payment_info_before_processing_response', $order_id, $pp_response, $payment_info);
    foreach ($pp_response as $key => $value) {
        $payment_info[$key] = $value;
    }
    $data = ['data' => fn_encrypt_text(serialize($payment_info)), 'order_id' => $order_id, 'type' => 'P'];
    fn_set_hook('update_order_payment_info', $order_id, $pp_response, $payment_info, $data);
    $children = db_get_fields('SELECT order_id FROM ?:orders WHERE parent_order_id = ?i', $order_id);
    foreach (array_merge([$order_id], $children) as $id) {
        db_query('REPLACE INTO ?:order_data ?e', ['order_id' => $id] + $data);
    }
    return true;
}

/** Remove an order as the back office does: first to N, which gives the stock back; then its rows go. */
function fn_delete_order($order_id)
{
    fn_change_order_status($order_id, STATUS_INCOMPLETED_ORDER, '', fn_get_notification_rules([], true));
    fn_set_hook('delete_order', $order_id);
    foreach (['order_data', 'order_details', 'orders'] as $table) {
        db_query("DELETE FROM ?:$table WHERE order_id = ?i", $order_id);
    }
    return true;
}
