<?php

/** Orders as the tables have them now, our own row of each, its lock, and what the shop tells Wasl of them. */

defined('BOOTSTRAP') or die('Access denied');

// A lock lives longer than the engine takes with its mails; a process that died holds it this long.
const WASL_LOCK_WAIT = 8, WASL_LOCK_LIFE = 120, WASL_LOCK_LOOK_US = 50000;
const WASL_NO_ROW = ['store_id' => '', 'amount' => '', 'currency' => '', 'version' => '0', 'state' => '', 'tran_ref' => '']
    + ['order_total' => '', 'status_left' => '', 'updated_at' => '0'];

/** @return array|null the row; read from the table, since CS-Cart's own reader hides other storefronts' orders */
function fn_wasl_order($order_id) {
    $is_number = preg_match('/^[1-9]\d{0,9}\z/', $order_id);
    return $is_number ? (db_get_row('SELECT * FROM ?:orders WHERE order_id = ?i', $order_id) ?: null) : null;
}

/** @return array[] the order, or one per vendor if it is Multi-Vendor's parent, whose own row nobody ever changes */
function fn_wasl_parts(array $order) {
    return db_get_array('SELECT * FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id', $order['order_id']) ?: [$order];
}

/** @return array[] order_id and status of each child as it is now; none of an order that is no parent */
function fn_wasl_children($order_id) {
    return db_get_array('SELECT order_id, status FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id', $order_id);
}

/** @return array what we know of an order since its payment last began; addon.xml describes the columns */
function fn_wasl_row($order_id) {
    return db_get_row('SELECT * FROM ?:wasl_payments WHERE order_id = ?i', $order_id) ?: WASL_NO_ROW;
}

/**
 * Run $work while nobody else settles or begins this order. A parent and its children share one lock: of the shop's
 * lock service, or where there is none MySQL's own, which ends with the connection.
 *
 * @return mixed what $work answers; null if the lock could not be had in time
 */
function fn_wasl_locked(array $order, callable $work) {
    $name = 'wasl.order.' . ($order['parent_order_id'] ?: $order['order_id']);
    $lock = isset(Tygh::$app['lock.factory']) ? Tygh::$app['lock.factory']->createLock($name, WASL_LOCK_LIFE) : null;
    $until = microtime(true) + WASL_LOCK_WAIT;
    while (!($lock ? $lock->acquire() : db_get_field('SELECT GET_LOCK(?s, 0)', $name))) {
        if (microtime(true) >= $until) {
            return null;
        }
        usleep(WASL_LOCK_LOOK_US);
    }
    try {
        return $work();
    } finally {
        $lock ? $lock->release() : db_get_field('SELECT RELEASE_LOCK(?s)', $name);
    }
}

/** Whether a status is one of a paid order. A letter of the merchant's own that takes the stock is; Open never is. */
function fn_wasl_is_settled($letter) {
    $settled = function_exists('fn_get_settled_order_statuses') ? fn_get_settled_order_statuses() : ['P', 'C'];
    return in_array($letter, array_merge($settled, array_diff(fn_get_order_paid_statuses(), ['O'])), true);
}

/** @return array order.read: one order of this store, as it is now */
function fn_wasl_read(array $call, array $store) {
    $refused = ['result' => 'refused', 'order_id' => $call['order_id'], 'reason' => 'no such order'];
    return (fn_wasl_seen($call['order_id'], $store['store_id']) ?? $refused) + ['result' => 'found'];
}

/**
 * An order that was edited since its payment began is shown with its total of now, in the primary currency.
 *
 * @return array|null null unless it is the store's: by its payment, or if none was begun by its payment method
 */
function fn_wasl_seen($order_id, $store_id) {
    list($order, $row) = [fn_wasl_order($order_id), fn_wasl_row($order_id)];
    if ($order === null || $store_id !== ($row['store_id'] ?: fn_wasl_methods()[$order['payment_id']]['store_id'] ?? null)) {
        return null;
    }
    $letters = array_unique(array_column(fn_wasl_parts($order), 'status'));
    $now = [fn_wasl_amount($order['total'], CART_PRIMARY_CURRENCY) ?? $order['total'], CART_PRIMARY_CURRENCY];
    $is_asked = $row['amount'] !== '' && $row['order_total'] === $order['total'];
    list($amount, $currency) = $is_asked ? [$row['amount'], $row['currency']] : $now;
    return [
        'order_id' => $order_id, 'status' => count($letters) === 1 ? reset($letters) : $order['status'],
        'amount' => $amount, 'currency' => $currency, 'tran_ref' => $row['tran_ref'] ?: null,
        'updated_at' => gmdate('Y-m-d\TH:i:s\Z', max($order['timestamp'], $order['updated_at'] ?? 0, $row['updated_at'])),
        'version' => (int) $row['version'], 'by_hand' => !in_array($row['status_left'], ['', $order['status']], true),
        'children' => fn_wasl_children($order_id),
    ];
}

/** @return array orders.list: this store's orders begun or settled since a time, by number; `next` is '' at the end */
function fn_wasl_list(array $call, array $store) {
    // Two halves, each with an index to use: payments begun here, and orders that never got as far as that.
    $query = 'SELECT order_id FROM ?:wasl_payments WHERE order_id > ?i AND updated_at >= ?i AND store_id = ?s AND amount <> ?s'
        . ' UNION SELECT o.order_id FROM ?:orders AS o LEFT JOIN ?:wasl_payments AS w ON w.order_id = o.order_id'
        . ' WHERE o.order_id > ?i AND o.timestamp >= ?i AND o.payment_id IN (?n) AND o.parent_order_id = 0'
        . ' AND w.order_id IS NULL ORDER BY order_id LIMIT ?i';
    list($after, $since, $store_id) = [$call['after'], $call['since'], $store['store_id']];
    $limit = max(1, min($call['limit'], WASL_LISTED_MAX));
    $methods = array_keys(fn_wasl_methods($store_id)) ?: [0];
    $found = db_get_fields($query, $after, $since, $store_id, '', $after, $since, $methods, $limit + 1);
    $ids = array_slice($found, 0, $limit);
    $orders = array_values(array_filter(array_map('fn_wasl_seen', $ids, array_fill(0, count($ids), $store_id))));
    return ['result' => 'listed', 'orders' => $orders, 'next' => count($found) > $limit ? end($ids) : ''];
}

/** @return array shop.read: which shop this is, and the statuses a merchant may choose from */
function fn_wasl_shop(array $call, array $store) {
    $statuses = [];
    foreach (fn_get_statuses(STATUSES_ORDER) as $letter => $status) {
        $statuses[] = ['status' => (string) $letter, 'name' => $status['description']]
            + ['inventory' => $status['params']['inventory'] ?? 'I', 'settled' => fn_wasl_is_settled((string) $letter)];
    }
    return [
        'result' => 'shop', 'addon_version' => WASL_VERSION, 'platform' => PRODUCT_NAME, 'php' => PHP_VERSION,
        'platform_version' => PRODUCT_VERSION, 'edition' => PRODUCT_EDITION, 'primary_currency' => CART_PRIMARY_CURRENCY,
        'statuses' => $statuses, 'payment_methods' => count(fn_wasl_methods($store['store_id'])),
        // In CS-Cart a company is a storefront, in Multi-Vendor a vendor.
        'storefronts' => fn_allowed_for('ULTIMATE') ? (int) db_get_field('SELECT COUNT(*) FROM ?:companies') : 1,
    ];
}
