<?php

/** What a demonstration and its tests may see and do: everything under `/_demo/`. JSON both ways. */

const DEMO_LISTED_MAX = 500;
const DEMO_OUTAGE_CALLS_MAX = 100;
const DEMO_CONTROL_BODY_MAX = 65536;

/** An answer other than 200, with a sentence. */
final class DemoRefusal extends Exception
{
}

function fn_demo_control($method, array $path)
{
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    try {
        echo json_encode(
            fn_demo_controlled($method, $path),
            JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR
        );
    } catch (DemoRefusal $refusal) {
        http_response_code($refusal->getCode());
        header('Content-Type: text/plain; charset=utf-8');
        echo $refusal->getMessage(), "\n";
    }
}

function fn_demo_controlled($method, array $path)
{
    switch ("$method " . ($path[0] ?? '')) {
        case 'GET orders':
        case 'PUT orders':
        case 'DELETE orders':
            return isset($path[1]) ? fn_demo_control_order($method, $path[1], $path[2] ?? '') : fn_demo_list_orders();
        case 'GET products':
            return fn_demo_shelf();
        case 'PUT products':
            return fn_demo_control_stock($path[1] ?? '');
        case 'GET outbox':
            return ['items' => fn_demo_outbox((int) ($_GET['order_id'] ?? 0))];
        case 'GET rows':
            return ['rows' => fn_demo_row_counts()];
        case 'GET payments':
            return fn_demo_methods();
        case 'PUT payments':
            return fn_demo_switch_methods(fn_demo_told(['status' => 'string'])['status']);
        case 'POST statuses':
            return fn_demo_control_new_status();
        case 'GET returns':
        case 'POST returns':
            return fn_demo_control_returns($method);
        case 'POST reset':
            return fn_demo_reset();
        default:
            throw new DemoRefusal('no such control', 404);
    }
}

/** The request's JSON; raises the answer 422 unless every name is there with a value of its kind. */
function fn_demo_told(array $kinds)
{
    $told = json_decode(file_get_contents('php://input', false, null, 0, DEMO_CONTROL_BODY_MAX), true);
    foreach ($kinds as $name => $kind) {
        if (!is_array($told) || !array_key_exists($name, $told) || get_debug_type($told[$name]) !== $kind) {
            throw new DemoRefusal("say $name, of type $kind", 422);
        }
    }
    return (array) $told;
}

function fn_demo_list_orders()
{
    $ids = db_get_fields('SELECT order_id FROM ?:orders ORDER BY order_id DESC LIMIT ?i', DEMO_LISTED_MAX);
    return ['items' => array_map('fn_demo_order_view', $ids)];
}

function fn_demo_control_order($method, $order_id, $what)
{
    if (db_get_field('SELECT order_id FROM ?:orders WHERE order_id = ?s', $order_id) === '') {
        throw new DemoRefusal('no such order', 404);
    }
    switch (trim("$method $what")) {
        case 'PUT hold':
            fn_demo_set_pause($order_id, DEMO_HOLD);
            break;
        case 'DELETE hold':
            fn_demo_open_pause($order_id, DEMO_HOLD);
            break;
        case 'PUT pause':
            fn_demo_set_pause($order_id, fn_demo_told(['point' => 'string'])['point']);
            return fn_demo_pauses($order_id);
        case 'DELETE pause':
            fn_demo_open_pause($order_id, (string) ($_GET['point'] ?? ''));
            return fn_demo_pauses($order_id);
        case 'GET pause':
            return fn_demo_pauses($order_id);
        case 'PUT outage':
            fn_demo_set_fault($order_id, 'outage', fn_demo_told(['calls' => 'int'])['calls']);
            break;
        case 'PUT fault':
            $told = fn_demo_told(['kind' => 'string']);
            fn_demo_set_fault($order_id, $told['kind'], (int) ($told['calls'] ?? 1));
            break;
        case 'PUT status':
            fn_demo_set_status($order_id, fn_demo_told(['status' => 'string'])['status']);
            break;
        case 'PUT':
            return fn_demo_edit($order_id);
    }
    return fn_demo_order_view($order_id);
}

/** A pause stands until it is opened; how many arrive is counted from now on. */
function fn_demo_set_pause($order_id, $point)
{
    db_query(
        'INSERT INTO ?:demo_pauses (order_id, point) VALUES (?i, ?s) ON DUPLICATE KEY UPDATE is_open = 0, arrived = 0',
        $order_id,
        $point
    );
}

/** Let everybody go on; '' opens every point of the order. Later ones pass, and are counted. */
function fn_demo_open_pause($order_id, $point)
{
    $condition = $point === '' ? db_quote(' AND point <> ?s', DEMO_HOLD) : db_quote(' AND point = ?s', $point);
    db_query('UPDATE ?:demo_pauses SET is_open = 1 WHERE order_id = ?i ?p', $order_id, $condition);
}

function fn_demo_pauses($order_id)
{
    $point = (string) ($_GET['point'] ?? '');
    $rows = db_get_hash_array(
        'SELECT point, arrived, standing FROM ?:demo_pauses WHERE order_id = ?i AND point <> ?s ORDER BY rowid',
        'point',
        $order_id,
        DEMO_HOLD
    );
    $shown = $point !== '' ? $point : (string) array_key_last($rows);
    return [
        'point' => $shown,
        'arrived' => (int) ($rows[$shown]['arrived'] ?? 0),
        'points' => (object) array_map('intval', array_column($rows, 'standing', 'point')),
    ];
}

function fn_demo_set_fault($order_id, $kind, $calls)
{
    if (!in_array($kind, ['outage', 'warning', 'html', 'cut'], true)) {
        throw new DemoRefusal('a fault is warning, html or cut', 422);
    }
    db_query(
        'REPLACE INTO ?:demo_faults ?e',
        ['order_id' => $order_id, 'kind' => $kind, 'calls' => min(max($calls, 0), DEMO_OUTAGE_CALLS_MAX)]
    );
}

/** As a person in the back office does it, without mails. */
function fn_demo_set_status($order_id, $status)
{
    $letters = array_keys(fn_get_statuses(STATUSES_ORDER, [], true));
    if (!in_array($status, $letters, true)) {
        throw new DemoRefusal('a status is one of ' . implode(' ', $letters), 422);
    }
    fn_change_order_status($order_id, $status, '', fn_get_notification_rules([]));
}

/** As an administrator edits or deletes an order. */
function fn_demo_edit($order_id)
{
    $told = fn_demo_told([]);
    if (!empty($told['delete'])) {
        fn_delete_order($order_id);
        return (object) [];
    }
    $columns = array_intersect_key($told, ['total' => 1, 'payment_id' => 1]);
    if (isset($columns['total'])) {
        $columns['total'] = sprintf('%.2f', $columns['total']);
    }
    if ($columns) {
        db_query('UPDATE ?:orders SET ?u WHERE order_id = ?i', $columns + ['updated_at' => time()], $order_id);
    }
    return fn_demo_order_view($order_id);
}

function fn_demo_order_view($order_id)
{
    $order = db_get_row('SELECT * FROM ?:orders WHERE order_id = ?i', $order_id);
    $info = fn_demo_unpacked(db_get_field(
        "SELECT data FROM ?:order_data WHERE order_id = ?i AND type = 'P'",
        $order_id
    ));
    $lines = db_get_array(
        'SELECT product_id, amount FROM ?:order_details WHERE order_id = ?i ORDER BY rowid',
        $order_id
    );
    $left = db_has_table('wasl_payments') ? db_get_row('SELECT * FROM ?:wasl_payments WHERE order_id = ?i', $order_id) : [];
    return [
        'order_id' => $order['order_id'],
        'status' => $order['status'],
        'amount' => $order['total'],
        'currency' => CART_PRIMARY_CURRENCY,
        'products' => array_map(
            static fn ($line) => ['product_id' => $line['product_id'], 'quantity' => (int) $line['amount']],
            $lines
        ),
        'tran_ref' => $info['transaction_id'] ?? null,
        'version' => (int) ($left['version'] ?? 0),
        'repaid' => (int) $order['repaid'],
        'by_hand' => fn_demo_by_hand($order_id),
        'placed_at' => gmdate('Y-m-d\TH:i:s\Z', (int) $order['timestamp']),
        'updated_at' => gmdate('Y-m-d\TH:i:s\Z', (int) $order['updated_at']),
        'payment_id' => $order['payment_id'],
        'parent_order_id' => $order['parent_order_id'],
        'children' => db_get_array(
            'SELECT order_id, status FROM ?:orders WHERE parent_order_id = ?i ORDER BY order_id',
            $order_id
        ),
        'log' => fn_demo_log_of($order_id),
        'held_calls' => (int) db_get_field(
            'SELECT standing FROM ?:demo_pauses WHERE order_id = ?i AND point = ?s',
            $order_id,
            DEMO_HOLD
        ),
    ];
}

/** Whether the last change of status since the payment began was a person's. */
function fn_demo_by_hand($order_id)
{
    $start = db_get_field(
        "SELECT MAX(at) FROM ?:demo_log WHERE order_id = ?i AND event IN ('placed', 'pays_again')",
        $order_id
    );
    return db_get_field(
        "SELECT actor FROM ?:demo_log WHERE order_id = ?i AND event = 'status' AND at >= ?i ORDER BY at DESC, log_id DESC LIMIT 1",
        $order_id,
        $start
    ) === 'merchant';
}

function fn_demo_log_of($order_id)
{
    return array_map(static fn ($row) => [
        'at' => fn_demo_moment($row['at']),
        'actor' => $row['actor'],
        'event' => $row['event'],
        'details' => json_decode($row['details']),
    ], db_get_array('SELECT * FROM ?:demo_log WHERE order_id = ?i ORDER BY at, log_id', $order_id));
}

function fn_demo_shelf()
{
    $rows = db_get_array('SELECT product_id, price, amount FROM ?:products ORDER BY rowid');
    return ['items' => array_map(
        static fn ($row) => [
            'product_id' => $row['product_id'],
            'price' => $row['price'],
            'stock' => (int) $row['amount'],
        ],
        $rows
    )];
}

function fn_demo_control_stock($product_id)
{
    $stock = fn_demo_told(['stock' => 'int'])['stock'];
    if ($stock < 0 || !fn_get_product_data($product_id)) {
        throw new DemoRefusal('say a stock of 0 or more for a product', 422);
    }
    fn_update_product(['amount' => $stock], $product_id);
    return fn_demo_shelf();
}

function fn_demo_outbox($order_id)
{
    $condition = $order_id ? db_quote(' AND order_id = ?i', $order_id) : '';
    return array_map(static fn ($row) => [
        'order_id' => $row['order_id'],
        'event' => $row['event'],
        'status' => $row['status'],
        'to' => ['C' => 'customer', 'A' => 'department', 'V' => 'vendor'][$row['receiver']],
        'at' => fn_demo_moment($row['at']),
    ], db_get_array('SELECT * FROM ?:demo_outbox WHERE 1 ?p ORDER BY mail_id', $condition));
}

/** Microseconds as RFC 3339 with milliseconds. */
function fn_demo_moment($at)
{
    $seconds = intdiv((int) $at, 1_000_000);
    return gmdate('Y-m-d\TH:i:s', $seconds) . sprintf('.%03dZ', intdiv((int) $at % 1_000_000, 1000));
}

function fn_demo_methods()
{
    return ['payments' => array_map(
        static fn ($row) => array_intersect_key(
            $row,
            ['payment_id' => 1, 'payment' => 1, 'processor_script' => 1, 'status' => 1]
        ),
        array_values(fn_get_payments())
    )];
}

/** Switch every method that has a processor: A active, D disabled. */
function fn_demo_switch_methods($status)
{
    db_query('UPDATE ?:payments SET status = ?s WHERE processor_id <> 0', $status === 'A' ? 'A' : 'D');
    return fn_demo_methods();
}

/** How many rows every table has, without the prefix: an add-on that is gone must have left none. */
function fn_demo_row_counts()
{
    $counts = [];
    foreach (db_get_fields(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE ?l",
        TABLE_PREFIX . '%'
    ) as $table) {
        $counts[substr($table, strlen(TABLE_PREFIX))] = (int) db_get_field("SELECT COUNT(*) FROM $table");
    }
    ksort($counts);
    return $counts;
}

/** A custom order status: {"status", "description", "inventory": "D"|"I", "payment_received"?: "Y"|"N"}. */
function fn_demo_control_new_status()
{
    $told = fn_demo_told(['status' => 'string', 'description' => 'string', 'inventory' => 'string']);
    fn_demo_add_status(
        $told['status'],
        $told['description'],
        100,
        array_intersect_key($told, ['inventory' => 1, 'payment_received' => 1, 'repay' => 1])
    );
    return ['status' => $told['status']];
}

/** File a return as a buyer does, {"order_id", "products": {product: pieces}, "action"?: 1|2}; all there are, newest first. */
function fn_demo_control_returns($method)
{
    if ($method === 'POST') {
        $told = fn_demo_told(['order_id' => 'string', 'products' => 'array']);
        $return_id = fn_demo_file_return($told['order_id'], $told['products'], $told['action'] ?? DEMO_ACTION_REFUND);
        if (!$return_id) {
            throw new DemoRefusal('nothing of this order can be returned now', 422);
        }
        return ['return_id' => (string) $return_id];
    }
    $query = 'SELECT return_id, order_id, status FROM ?:rma_returns ORDER BY return_id DESC LIMIT ?i';
    return ['items' => db_get_array($query, DEMO_LISTED_MAX)];
}

/** Full shelves and no orders; add-ons and payment methods stay. */
function fn_demo_reset()
{
    foreach (array_keys(fn_demo_row_counts()) as $table) {
        if (in_array('order_id', fn_get_table_fields_of(TABLE_PREFIX . $table), true)) {
            db_query("DELETE FROM ?:$table");
        }
    }
    db_query('DELETE FROM ?:rma_return_products');
    db_query('DELETE FROM ?:sessions');
    fn_demo_stock_shelves();
    return fn_demo_shelf();
}
