<?php

/**
 * What the demonstration adds to a shop: a log of each order, faults switched on for one order, and pause points, at
 * which a request waits until a test lets it go on.
 */

use Tygh\Registry;

const DEMO_PAUSE_MAX_S = 60;
const DEMO_LOOK_US = 10_000;
const DEMO_PRUNE_EVERY = 200;
const DEMO_KEPT_ROWS = 100_000;
const DEMO_HOLD = 'settle.held';

function demo_now()
{
    return (int) (microtime(true) * 1_000_000);
}

/** Now and then the oldest of what only grows makes room. */
function demo_prune()
{
    if (random_int(1, DEMO_PRUNE_EVERY) > 1) {
        return;
    }
    db_query('DELETE FROM ?:sessions WHERE expiry < ?i', time());
    foreach (['logs' => 'log_id', 'demo_log' => 'log_id', 'demo_outbox' => 'mail_id'] as $table => $id) {
        db_query("DELETE FROM ?:$table WHERE $id <= (SELECT MAX($id) FROM ?:$table) - ?i", DEMO_KEPT_ROWS);
    }
}

/** Append to an order's log. $at in microseconds; who: buyer, shop, wasl or merchant. */
function demo_note($order_id, $actor, $event, array $details = [], $at = null)
{
    db_query('INSERT INTO ?:demo_log ?e', [
        'at' => $at ?? demo_now(),
        'order_id' => $order_id,
        'actor' => $actor,
        'event' => $event,
        'details' => json_encode((object) $details, JSON_UNESCAPED_UNICODE),
    ]);
}

/** Who changes something in this request: a person in the back office, or the shop by itself. */
function demo_actor()
{
    return Registry::get('demo.actor') ?? (AREA === 'A' ? 'merchant' : 'shop');
}

/** Wait here, at most a minute, if a test has put a pause at this point of this order. Counts who arrives. */
function demo_pause($point, $order_id)
{
    $until = microtime(true) + DEMO_PAUSE_MAX_S;
    $arrives = 'UPDATE ?:demo_pauses SET arrived = arrived + 1, standing = standing + 1 WHERE order_id = ?i AND point = ?s';
    if (!db_query($arrives, $order_id, $point)) {
        return;
    }
    while (
        microtime(true) < $until
        && db_get_field('SELECT is_open FROM ?:demo_pauses WHERE order_id = ?i AND point = ?s', $order_id, $point) === '0'
    ) {
        usleep(DEMO_LOOK_US);
    }
    db_query('UPDATE ?:demo_pauses SET standing = standing - 1 WHERE order_id = ?i AND point = ?s', $order_id, $point);
}

/** The same at a lock: which order it guards stands in its name. */
function demo_pause_at_lock($point, $name)
{
    if (preg_match('/(\d+)(?!.*\d)/', (string) $name, $found)) {
        demo_pause($point, $found[1]);
    }
}

/** @return bool whether this call of the order is struck; counts it */
function demo_struck($order_id, $kind)
{
    return (bool) db_query(
        'UPDATE ?:demo_faults SET calls = calls - 1 WHERE order_id = ?i AND kind = ?s AND calls > 0',
        $order_id,
        $kind
    );
}
