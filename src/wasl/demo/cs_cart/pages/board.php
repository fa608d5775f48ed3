<?php

/** The part of the front page that shows both sides of an order: the desk beside the shop knows them, and is asked. */

use Tygh\Registry;

const DEMO_DESK_TIMEOUT_MS = 2500;
const DEMO_DESK_ANSWER_MAX = 1048576;
const DEMO_OFFERED_MAX = 6;

/** Answers JSON: `digest` tells whether `html` is new to the reader; what is in stock; how much is in the cart. */
function fn_wasl_demo_board()
{
    // Asked once a second, and it may take a while: it must not write an old session over a newer one.
    Tygh::$app['session']->discard();
    $orders = fn_demo_offered_orders();
    $wanted = (string) ($_GET['order_id'] ?? '');
    $board = fn_demo_ask_desk(in_array($wanted, $orders, true) ? $wanted : ($orders[0] ?? ''));
    http_response_code($board === null ? 503 : 200);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    [$products] = fn_get_products();
    $shop = ['stock' => array_map('intval', array_column($products, 'amount', 'product_id')), 'cart' => fn_demo_cart_pieces()];
    echo json_encode(($board ?? []) + $shop, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
}

/** @return string[] this visitor's latest orders, newest first; of a parent's family the parent */
function fn_demo_offered_orders()
{
    $ids = array_map('strval', Tygh::$app['session']['auth']['order_ids'] ?? []);
    $query = 'SELECT order_id FROM ?:orders WHERE order_id IN (?n) AND parent_order_id = 0 ORDER BY order_id DESC';
    $own = $ids ? db_get_fields($query, $ids) : [];

    return array_slice(array_map('strval', $own), 0, DEMO_OFFERED_MAX);
}

/** @return array{digest: string, html: string}|null null while the desk does not answer, or when there is none */
function fn_demo_ask_desk($order_id)
{
    $desk = rtrim((string) Registry::get('demo.desk_url'), '/');
    if ($desk === '') {
        return null;
    }
    if ($order_id === '') {
        return ['digest' => 'none-' . CART_LANGUAGE, 'html' => Tygh::$app['view']->fetch('views/index/no_board.tpl')];
    }
    $curl = curl_init("$desk/board/" . rawurlencode($order_id) . '?language=' . CART_LANGUAGE);
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT_MS => DEMO_DESK_TIMEOUT_MS,
        CURLOPT_MAXFILESIZE => DEMO_DESK_ANSWER_MAX,
    ]);
    $told = json_decode((string) curl_exec($curl), true);

    return curl_getinfo($curl, CURLINFO_HTTP_CODE) === 200 && isset($told['digest'], $told['html']) ? $told : null;
}

function fn_demo_cart_pieces()
{
    return (int) array_sum(array_column(Tygh::$app['session']['cart']['products'] ?? [], 'amount'));
}
