<?php

defined('BOOTSTRAP') or die('Access denied');

function fn_probe_install()
{
    db_query('INSERT INTO ?:payment_processors ?e', ['processor' => 'Probe', 'processor_script' => 'probe.php', 'addon' => 'probe']);
    db_query('INSERT INTO ?:probe_marks ?e', ['name' => 'installed', 'price' => '57.90', 'no_such_column' => 1]);
}

function fn_probe_uninstall()
{
    db_query("DELETE FROM ?:payment_processors WHERE processor_script = 'probe.php'");
    fn_set_storage_data('probe.veto', null);
}

/** Hook: refuse the status that a test has named. */
function fn_probe_change_order_status(&$status_to, &$status_from)
{
    if ($status_to === fn_get_storage_data('probe.veto')) {
        $status_to = $status_from;
    }
}

/** Place an order of one piece each. */
function fn_probe_place(array $product_ids, $payment_id)
{
    $auth = &Tygh::$app['session']['auth'];
    $cart = [];
    foreach ($product_ids as $id) {
        fn_add_product_to_cart([$id => ['amount' => 1]], $cart, $auth);
    }
    fn_calculate_cart_content($cart, $auth);
    $cart['payment_id'] = $payment_id;
    return fn_place_order($cart, $auth)[0];
}

/** Change a status under the order's lock, of either kind. */
function fn_probe_change_locked($order_id, $status)
{
    $name = "probe.$order_id";
    $lock = isset(Tygh::$app['lock.factory']) ? Tygh::$app['lock.factory']->createLock($name, 60) : null;
    while (!($lock ? $lock->acquire() : db_get_field('SELECT GET_LOCK(?s, 0)', $name))) {
        usleep(10000);
    }
    $result = fn_change_order_status($order_id, $status);
    $lock ? $lock->release() : db_get_field('SELECT RELEASE_LOCK(?s)', $name);
    return $result;
}
