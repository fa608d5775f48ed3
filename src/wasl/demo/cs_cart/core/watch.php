<?php

/**
 * The demonstration's view from outside the add-on: what Wasl told and was answered, and when a buyer left and returned.
 * Faults strike here too, before the settle door runs, so that the add-on needs to know of none.
 */

use Tygh\Registry;

const DEMO_CALL_MAX = 65536;
const DEMO_CUT_LENGTH = 65536;
const DEMO_WARNING = "\nWarning: Undefined array key \"lang\" in /var/www/shop/app/functions/fn.common.php on line 812\n";

/** Before `wasl.settle` runs: hold it, refuse it or spoil it as the demonstration wants; note what is told. */
function fn_demo_watch_settle()
{
    $call = json_decode(file_get_contents('php://input', false, null, 0, DEMO_CALL_MAX), true);
    $order_id = is_array($call) && ($call['type'] ?? '') === 'order.settle' ? (string) ($call['order_id'] ?? '') : '';
    if (db_get_field('SELECT order_id FROM ?:orders WHERE order_id = ?s', $order_id) === '') {
        ob_start();
        return;
    }
    if (demo_struck($order_id, 'outage')) {
        demo_note($order_id, 'shop', 'out_of_service');
        fn_demo_close('closed for maintenance', 503, 'text/plain');
    }
    demo_pause(DEMO_HOLD, $order_id);
    demo_pause('settle.arrived', $order_id);
    if (demo_struck($order_id, 'html')) {
        fn_demo_close('<!DOCTYPE html><title>Maintenance</title><p>We will be back soon.</p>', 200, 'text/html');
    }
    $told = [
        'version' => (string) ($call['version'] ?? ''),
        'state' => (string) ($call['state'] ?? ''),
        'target' => (string) ($call['target_status'] ?? ''),
    ];
    fn_demo_record_answer($order_id, $told);
    if (demo_struck($order_id, 'warning')) {
        echo DEMO_WARNING;
    }
}

function fn_demo_close($text, $status, $type)
{
    http_response_code($status);
    header("Content-Type: $type; charset=utf-8");
    echo "$text\n";
    exit;
}

/**
 * Read the answer as it goes out. The outer buffer cannot be removed, as `zlib.output_compression` or an output handler
 * of a host cannot; the inner one is what `output_buffering` of php.ini makes.
 */
function fn_demo_record_answer($order_id, array $told)
{
    $since = demo_now();
    $answer = '';
    $cut = demo_struck($order_id, 'cut');
    ob_start(static function ($chunk, $phase) use ($order_id, $told, $since, $cut, &$answer) {
        $answer = $phase & PHP_OUTPUT_HANDLER_CLEAN ? '' : $answer . $chunk;
        if ($phase & PHP_OUTPUT_HANDLER_FINAL) {
            fn_demo_note_answer($order_id, $told, $since, json_decode($answer, true));
            demo_pause('settle.answer', $order_id);
            if ($cut) {
                header('Content-Length: ' . DEMO_CUT_LENGTH);
                return '';
            }
        }
        return $phase & PHP_OUTPUT_HANDLER_CLEAN ? '' : $chunk;
    }, 0, PHP_OUTPUT_HANDLER_CLEANABLE | PHP_OUTPUT_HANDLER_FLUSHABLE);
    ob_start();
}

/** A call that the door did not believe or understand was told nothing. */
function fn_demo_note_answer($order_id, array $told, $since, $answer)
{
    if (http_response_code() !== 200 || !is_array($answer)) {
        return;
    }
    demo_note($order_id, 'wasl', 'told', $told, $since);
    demo_note($order_id, 'shop', 'answered', [
        'result' => (string) ($answer['result'] ?? ''),
        'status' => (string) ($answer['status'] ?? ''),
        'reason' => (string) ($answer['reason'] ?? ''),
    ]);
}

/** At the end of a request in which a payment was started: has the buyer left, or why not? */
function fn_demo_watch_start()
{
    register_shutdown_function(static function () {
        $order_id = Registry::get('demo.started_order');
        if ($order_id === null) {
            return;
        }
        preg_match('/^Location:\s*(.*)$/im', implode("\n", headers_list()), $found);
        $location = $found[1] ?? '';
        if ($location !== '' && !str_starts_with($location, fn_demo_base_url() . '/')) {
            demo_note($order_id, 'buyer', 'left_for_page');
        } elseif (str_contains($location, 'orders.details') || str_contains($location, 'checkout.complete')) {
            demo_note($order_id, 'shop', 'no_page', ['state' => '']);
        } else {
            demo_note($order_id, 'shop', 'start_failed');
        }
    });
}

/** A buyer returns: whether what the browser carries is Wasl's word is checked here for the log alone. */
function fn_demo_watch_return()
{
    $order_id = (string) ($_GET['order_id'] ?? '');
    if (db_get_field('SELECT order_id FROM ?:orders WHERE order_id = ?s', $order_id) !== '') {
        $state = fn_demo_return_is_signed() ? (string) $_GET['wasl_state'] : '';
        demo_note($order_id, 'buyer', $state === '' ? 'returned_unproved' : 'returned', ['state' => $state]);
    }
}

function fn_demo_return_is_signed()
{
    $words = array_map(
        static fn ($name) => (string) ($_GET["wasl_$name"] ?? ''),
        ['payment', 'order', 'state', 'time']
    );
    $file = DIR_ROOT . '/app/addons/wasl/config.php';
    foreach (is_file($file) ? (include $file)['stores'] ?? [] : [] as $store) {
        $key = base64_decode(preg_replace('/^whsec_/', '', $store['signing_secret']));
        if (hash_equals(hash_hmac('sha256', implode("\n", $words), $key), (string) ($_GET['wasl_signature'] ?? ''))) {
            return true;
        }
    }
    return false;
}
