<?php

/**
 * Order statuses and the engine that changes them (CS-Cart reference §11.3).
 *
 * Deliberately as naive as the original: no lock, no transaction. Two requests may both read the old status, and both
 * move stock and mail. Pause points: `status.read` before it is read, `status.stock` after, `status.write` when stock
 * has moved and the row has not been written.
 */

use Tygh\Registry;

/** @return array<string, array> by letter, each with its `params`; $additional adds N and T, which no table holds */
function fn_get_statuses(
    $type = STATUSES_ORDER,
    $status_to_select = [],
    $additional_statuses = false,
    $exclude_parent = false,
    $lang_code = CART_LANGUAGE
) {
    $statuses = db_get_hash_array(
        'SELECT s.*, d.description, d.lang_code FROM ?:statuses AS s'
        . ' LEFT JOIN ?:status_descriptions AS d ON d.status_id = s.status_id AND d.lang_code = ?s'
        . ' WHERE s.type = ?s ORDER BY s.position',
        'status',
        $lang_code,
        $type
    );
    foreach (db_get_array('SELECT status, param, value FROM ?:status_data WHERE type = ?s', $type) as $row) {
        if (isset($statuses[$row['status']])) {
            $statuses[$row['status']]['params'][$row['param']] = $row['value'];
        }
    }
    if ($type === STATUSES_ORDER && $additional_statuses) {
        $statuses += fn_demo_built_in_statuses($exclude_parent);
    }
    return $status_to_select ? array_intersect_key($statuses, array_flip((array) $status_to_select)) : $statuses;
}

function fn_demo_built_in_statuses($exclude_parent)
{
    $letters = ['N' => 'Incompleted'] + (fn_allowed_for('MULTIVENDOR') && !$exclude_parent ? ['T' => 'Parent order'] : []);
    $built_in = [];
    foreach ($letters as $letter => $name) {
        $built_in[$letter] = [
            'status' => $letter,
            'type' => STATUSES_ORDER,
            'description' => $name,
            'params' => ['inventory' => 'I'],
        ];
    }
    return $built_in;
}

/** @return array<string, string> letter → name */
function fn_get_simple_statuses(
    $type = STATUSES_ORDER,
    $additional_statuses = false,
    $exclude_parent = false,
    $lang_code = CART_LANGUAGE
)
{
    return array_column(
        fn_get_statuses($type, [], $additional_statuses, $exclude_parent, $lang_code),
        'description',
        'status'
    );
}

function fn_get_status_data($status, $type = STATUSES_ORDER, $object_id = 0, $lang_code = CART_LANGUAGE)
{
    return fn_get_statuses($type, [$status], true, false, $lang_code)[$status] ?? [];
}

function fn_get_status_params($status, $type = STATUSES_ORDER)
{
    return fn_get_status_data($status, $type)['params'] ?? [];
}

/** @return string[] letters with inventory D: what a buyer is thanked for */
function fn_get_order_paid_statuses()
{
    $letters = fn_demo_letters_where('inventory', 'D');
    fn_set_hook('get_order_paid_statuses_post', $letters);
    return $letters;
}

/** @return string[] letters that count as money received */
function fn_get_settled_order_statuses()
{
    $letters = fn_demo_letters_where('payment_received', 'Y') ?: ['P', 'C'];
    fn_set_hook('get_settled_order_statuses_post', $letters);
    return $letters;
}

function fn_demo_letters_where($param, $value)
{
    return db_get_fields(
        'SELECT status FROM ?:status_data WHERE type = ?s AND param = ?s AND value = ?s',
        STATUSES_ORDER,
        $param,
        $value
    );
}

/** @return bool false when nothing changed: no such order, the same or no status, or a hook's veto */
function fn_change_order_status(
    $order_id,
    $status_to,
    $status_from = '',
    $force_notification = [],
    $place_order = false
)
{
    demo_pause('status.read', $order_id);
    $order_info = fn_get_order_info($order_id, true);
    demo_pause('status.stock', $order_id);
    $status_from = $status_from ?: ($order_info['status'] ?? '');
    if (empty($order_info) || empty($status_to) || $status_from === $status_to) {
        return false;
    }
    if (fn_allowed_for('MULTIVENDOR') && $order_info['is_parent_order'] === 'Y') {
        return fn_demo_change_children($order_id, $status_to, $force_notification, $place_order);
    }
    $allow_status_update = true;
    fn_set_hook(
        'change_order_status_pre',
        $order_id,
        $status_to,
        $status_from,
        $force_notification,
        $place_order,
        $order_info,
        $allow_status_update
    );
    return $allow_status_update
        && fn_demo_change_one($order_info, $status_to, $status_from, $force_notification, $place_order);
}

/** A parent's own row never changes; its children's do. */
function fn_demo_change_children($parent_id, $status_to, $force_notification, $place_order)
{
    $result = true;
    foreach (db_get_hash_single_array(
        'SELECT order_id, status FROM ?:orders WHERE parent_order_id = ?i',
        ['order_id', 'status'],
        $parent_id
    ) as $id => $status) {
        if ($status !== $status_to) {
            $result = fn_change_order_status($id, $status_to, '', $force_notification, $place_order) && $result;
        }
    }
    return $result;
}

function fn_demo_change_one(array $order_info, $status_to, $status_from, $force_notification, $place_order)
{
    $order_id = $order_info['order_id'];
    $order_statuses = fn_get_statuses(STATUSES_ORDER, [], true);
    $direction = fn_demo_stock_direction($order_statuses, $status_from, $status_to);
    $moved = [];
    if (!fn_demo_move_stock($order_info, $direction, $moved)) {
        $status_to = STATUS_BACKORDERED_ORDER;
        if ($status_from === $status_to) {
            return false;
        }
    }
    fn_set_hook(
        'change_order_status',
        $status_to,
        $status_from,
        $order_info,
        $force_notification,
        $order_statuses,
        $place_order
    );
    if ($status_from === $status_to) {
        fn_demo_put_back($moved, $direction);
        return false;
    }
    demo_pause('status.write', $order_id);
    db_query('UPDATE ?:orders SET status = ?s, updated_at = ?i WHERE order_id = ?i', $status_to, time(), $order_id);
    demo_note($order_id, demo_actor(), 'status', ['before' => $status_from, 'after' => $status_to]);
    fn_log_event(
        'orders',
        'status',
        ['order_id' => $order_id, 'status_from' => $status_from, 'status_to' => $status_to]
    );
    fn_demo_mail_status($order_info, $status_to, $force_notification);
    $edp_data = [];
    fn_set_hook(
        'change_order_status_post',
        $order_id,
        $status_to,
        $status_from,
        $force_notification,
        $place_order,
        $order_info,
        $edp_data
    );
    return true;
}

/** @return string '-' takes from the shelf, '+' puts back, '' nothing: only a change between the flags I and D moves stock */
function fn_demo_stock_direction(array $statuses, $from, $to)
{
    $flags = ($statuses[$from]['params']['inventory'] ?? '') . ($statuses[$to]['params']['inventory'] ?? '');
    return ['ID' => '-', 'DI' => '+'][$flags] ?? '';
}

/** Move every line's pieces; if one is short, put back what was taken and say false. */
function fn_demo_move_stock(array $order_info, $sign, array &$moved)
{
    foreach ($sign === '' ? [] : $order_info['products'] as $line) {
        if (($line['extra']['is_edp'] ?? 'N') === 'Y') {
            continue;
        }
        if (!fn_update_product_amount($line['product_id'], $line['amount'], [], $sign, true, $order_info)) {
            fn_demo_put_back($moved, $sign);
            $moved = [];
            return false;
        }
        $moved[] = $line;
    }
    return true;
}

function fn_demo_put_back(array $moved, $sign)
{
    foreach ($moved as $line) {
        fn_update_product_amount($line['product_id'], $line['amount'], [], $sign === '-' ? '+' : '-', false);
    }
}

/** Newer 4.x: change what is not settled; of a parent only the children that are not. */
function fn_change_non_settled_order_status(array $order_info, $status_to)
{
    $settled = fn_get_settled_order_statuses();
    if ($order_info['is_parent_order'] !== 'Y') {
        return fn_change_order_status($order_info['order_id'], $status_to);
    }
    $result = true;
    foreach (db_get_array(
        'SELECT order_id, status FROM ?:orders WHERE parent_order_id = ?i',
        $order_info['order_id']
    ) as $child) {
        if (!in_array($child['status'], $settled, true)) {
            $result = fn_change_order_status($child['order_id'], $status_to) && $result;
        }
    }
    return $result;
}
