<?php

/**
 * Wasl's one door into the shop: a signed POST, answered in JSON and nothing else. And how the shop knows that Wasl
 * speaks: a call is signed as Standard Webhooks specifies and believed once; what a return says is for display only.
 *
 * The door needs no session, no API user and no active payment method: money does not wait for settings.
 */

defined('BOOTSTRAP') or die('Access denied');

const WASL_BODY_MAX = 65536, WASL_BODY_DEPTH = 16, WASL_LISTED_MAX = 100, WASL_SIGNATURES_MAX = 8;
const WASL_CALL_AGE_MAX = 300, WASL_RETURN_AGE_MAX = 600, WASL_CLOCKS_APART_MAX = 60, WASL_NONCE_LENGTH_MAX = 256;
// Who answers a call, and what the call must say.
const WASL_CALLS = [
    'order.settle' => ['fn_wasl_settle', ['order_id', 'version', 'target_status', 'state', 'amount', 'currency', 'payment_id']],
    'order.read' => ['fn_wasl_read', ['order_id']],
    'orders.list' => ['fn_wasl_list', ['since']],
    'shop.read' => ['fn_wasl_shop', []],
];

/** Hear one call, answer it, end the request. */
function fn_wasl_door() {
    // A caller who hangs up must not leave an order half settled.
    ignore_user_abort(true);
    // Wasl settles orders of every storefront; CS-Cart would hide those of the others.
    Tygh\Registry::set('runtime.company_id', 0);
    try {
        list($status, $answer) = fn_wasl_heard($_SERVER, file_get_contents('php://input', false, null, 0, WASL_BODY_MAX));
    } catch (\Throwable $error) {
        // Its message may quote a query, and with it a buyer's data.
        list($status, $answer) = [500, ['message' => get_class($error) . ' in ' . basename($error->getFile(), '.php')]];
    }
    fn_wasl_say($status, $answer);
}

/** @return array the HTTP status and the answer. A body that was too long to read whole does not fit its signature */
function fn_wasl_heard(array $server, $body) {
    list($store, $doubt) = fn_wasl_caller($server, $body);
    if ($store === null) {
        return [401, ['message' => "not Wasl's call: $doubt"]];
    }
    $call = (array) json_decode($body, true, WASL_BODY_DEPTH);
    $texts = array_map('strval', array_filter($call, 'is_scalar'));
    list($answerer, $wanted) = WASL_CALLS[$texts['type'] ?? ''] ?? ['', ['type, as add-on ' . WASL_VERSION . ' knows it']];
    $missing = array_diff_key(array_flip($wanted), $texts);
    if ($missing) {
        return [400, ['message' => 'the call must say its ' . key($missing)]];
    }
    $optional = ['tran_ref' => '', 'reason' => '', 'refunded' => '', 'since' => 0, 'after' => 0, 'limit' => WASL_LISTED_MAX];
    $answer = $answerer($texts + $optional + ['notify' => (array) ($call['notify'] ?? [])], $store);
    return $answer === null ? [503, ['message' => 'this order is being changed by somebody else']] : [200, $answer];
}

/** Answer in JSON, whatever was printed before, and end. A host's own buffer can be emptied, not removed. */
function fn_wasl_say($status, array $answer) {
    for ($level = ob_get_level(); $level > 0; $level--) {
        @ob_end_clean() or ob_clean();
    }
    http_response_code($status);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    exit(json_encode($answer, JSON_UNESCAPED_UNICODE | JSON_PARTIAL_OUTPUT_ON_ERROR));
}

/**
 * Who calls. Nothing of the body is read before this; the second time the same call is a replay.
 *
 * @return array the store whose secret signed it, or null, and then why it is not believed
 */
function fn_wasl_caller(array $server, $body) {
    list($nonce, $timestamp) = [$server['HTTP_WEBHOOK_ID'] ?? '', $server['HTTP_WEBHOOK_TIMESTAMP'] ?? ''];
    $given = array_slice(explode(' ', $server['HTTP_WEBHOOK_SIGNATURE'] ?? ''), 0, WASL_SIGNATURES_MAX);
    if ($nonce === '' || strlen($nonce) > WASL_NONCE_LENGTH_MAX || $timestamp === '' || $given === ['']) {
        return [null, 'unsigned'];
    }
    if (!fn_wasl_is_fresh($timestamp, WASL_CALL_AGE_MAX)) {
        return [null, 'stale, or a clock is wrong'];
    }
    foreach (fn_wasl_config()['stores'] as $store) {
        $expected = 'v1,' . base64_encode(fn_wasl_mac($store, "$nonce.$timestamp.$body"));
        foreach ($given as $signature) {
            if (hash_equals($expected, $signature)) {
                return fn_wasl_is_first("$store[store_id].$nonce") ? [$store, ''] : [null, 'replayed'];
            }
        }
    }
    return [null, 'forged: the signature does not fit'];
}

/** @return string the HMAC-SHA256 of a text, as bytes, by the key behind the store's `whsec_…` */
function fn_wasl_mac(array $store, $text) {
    return hash_hmac('sha256', $text, (string) base64_decode(substr($store['signing_secret'], strlen('whsec_')), true), true);
}

function fn_wasl_is_fresh($timestamp, $age_max) {
    $age = time() - (int) $timestamp;
    return preg_match('/^\d{1,13}\z/', $timestamp) && $age <= $age_max && $age >= -WASL_CLOCKS_APART_MAX;
}

/**
 * Remember a call for as long as its signature is good. Of two at once, the unique key lets one in: who reads back its
 * own word was first, whatever the driver says of an ignored insert.
 */
function fn_wasl_is_first($call) {
    list($nonce, $word) = [hash('sha256', $call), bin2hex(random_bytes(16))];
    db_query('DELETE FROM ?:wasl_nonces WHERE seen_at < ?i', time() - WASL_CALL_AGE_MAX - 2 * WASL_CLOCKS_APART_MAX);
    db_query('INSERT IGNORE INTO ?:wasl_nonces (nonce, word, seen_at) VALUES (?s, ?s, ?i)', $nonce, $word, time());
    return db_get_field('SELECT word FROM ?:wasl_nonces WHERE nonce = ?s', $nonce) === $word;
}

/** @return array|null what Wasl signed for this browser in the last ten minutes: wasl_state and the rest, store_id */
function fn_wasl_claim(array $params) {
    $unsaid = array_fill_keys(['wasl_payment', 'wasl_order', 'wasl_state', 'wasl_time', 'wasl_signature'], '');
    $said = array_replace($unsaid, array_intersect_key(array_filter($params, 'is_string'), $unsaid));
    foreach (fn_wasl_is_fresh($said['wasl_time'], WASL_RETURN_AGE_MAX) ? fn_wasl_config()['stores'] : [] as $store) {
        if (hash_equals(bin2hex(fn_wasl_mac($store, implode("\n", array_slice($said, 0, -1)))), $said['wasl_signature'])) {
            return $said + ['store_id' => $store['store_id']];
        }
    }
    return null;
}
