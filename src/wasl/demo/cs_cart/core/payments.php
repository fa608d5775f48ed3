<?php

/** Payment methods, and the processors that add-ons bring (CS-Cart reference §2.4). */

use Tygh\Registry;

/** @return array[] by payment_id; $params: ['status' => 'A'] narrows */
function fn_get_payments($params = [], $lang_code = CART_LANGUAGE)
{
    $params = is_array($params) ? $params : [];
    $condition = empty($params['status']) ? '' : db_quote(' AND p.status = ?s', $params['status']);
    return db_get_hash_array(
        'SELECT p.*, d.payment, d.description, d.instructions, r.processor, r.processor_script, r.type AS processor_type'
        . ' FROM ?:payments AS p LEFT JOIN ?:payment_descriptions AS d ON d.payment_id = p.payment_id AND d.lang_code = ?s'
        . ' LEFT JOIN ?:payment_processors AS r ON r.processor_id = p.processor_id WHERE 1 ?p ORDER BY p.position, p.payment_id',
        'payment_id',
        $lang_code,
        $condition
    );
}

/** @return array[] processors of the core and of active add-ons, by id */
function fn_get_payment_processors($lang_code = CART_LANGUAGE)
{
    return db_get_hash_array(
        "SELECT * FROM ?:payment_processors WHERE addon IS NULL OR addon IN ('', ?a) ORDER BY processor",
        'processor_id',
        fn_demo_active_addons()
    );
}

/** @return array|false the processor's row with `processor_params` as an array; false when there is no such method */
function fn_get_processor_data($payment_id)
{
    $payment = db_get_row('SELECT processor_id, processor_params FROM ?:payments WHERE payment_id = ?i', $payment_id);
    if (!$payment) {
        return false;
    }
    $processor = db_get_row('SELECT * FROM ?:payment_processors WHERE processor_id = ?i', $payment['processor_id']);
    $processor['processor_params'] = fn_demo_params($payment['processor_params']);
    return $processor;
}

/** @return array|string what was stored; '' for a method without parameters, as in the original */
function fn_demo_params($stored)
{
    return $stored === '' ? '' : unserialize($stored, ['allowed_classes' => false]);
}

/** The method's row with its texts. Kept for the rest of the request, as the original does. */
function fn_get_payment_method_data($payment_id, $lang_code = CART_LANGUAGE)
{
    static $known = [];
    if (!isset($known[$payment_id][$lang_code])) {
        $payment = fn_get_payments([], $lang_code)[$payment_id] ?? [];
        if ($payment) {
            $payment['processor_params'] = fn_demo_params($payment['processor_params']);
        }
        $known[$payment_id][$lang_code] = $payment;
    }
    return $known[$payment_id][$lang_code];
}

function fn_get_payment_name($payment_id, $lang_code = CART_LANGUAGE)
{
    return db_get_field(
        'SELECT payment FROM ?:payment_descriptions WHERE payment_id = ?i AND lang_code = ?s',
        $payment_id,
        $lang_code
    );
}

function fn_get_payment_data($payment_id, $object_id = 0, $lang_code = CART_LANGUAGE)
{
    return fn_get_payment_method_data($payment_id, $lang_code);
}

/** Add a method, or change one. `processor_params` is an array. @return int its id */
function fn_update_payment(
    $payment_data,
    $payment_id,
    $lang_code = DESCR_SL,
    $certificate_file = null,
    $certificates_dir = ''
)
{
    $can_remove_offline_payment_params = true;
    fn_set_hook(
        'update_payment_pre',
        $payment_data,
        $payment_id,
        $lang_code,
        $certificate_file,
        $certificates_dir,
        $can_remove_offline_payment_params
    );
    if (isset($payment_data['processor_params'])) {
        $payment_data['processor_params'] = serialize($payment_data['processor_params']);
    }
    unset($payment_data['payment_id']);
    if ($payment_id) {
        if (array_intersect(array_keys($payment_data), fn_get_table_fields_of(TABLE_PREFIX . 'payments'))) {
            db_query('UPDATE ?:payments SET ?u WHERE payment_id = ?i', $payment_data, $payment_id);
        }
        if (isset($payment_data['payment'])) {
            db_query(
                'UPDATE ?:payment_descriptions SET ?u WHERE payment_id = ?i AND lang_code = ?s',
                ['payment' => $payment_data['payment']],
                $payment_id,
                $lang_code
            );
        }
    } else {
        $payment_id = db_query('INSERT INTO ?:payments ?e', $payment_data + ['status' => 'A']);
        foreach (array_keys(fn_get_translation_languages()) as $code) {
            db_query(
                'INSERT INTO ?:payment_descriptions ?e',
                ['payment_id' => $payment_id, 'lang_code' => $code] + $payment_data
            );
        }
    }
    if (!empty($payment_data['storefront_ids'])) {
        fn_demo_share_payment($payment_id, $payment_data['storefront_ids']);
    }
    return (int) $payment_id;
}

/** Offer a method in these storefronts only; a method without links is offered in all. */
function fn_demo_share_payment($payment_id, $storefront_ids)
{
    db_query('DELETE FROM ?:storefronts_payments WHERE payment_id = ?i', $payment_id);
    foreach (array_filter((array) $storefront_ids) as $id) {
        db_query('INSERT INTO ?:storefronts_payments ?e', ['storefront_id' => $id, 'payment_id' => $payment_id]);
    }
}

function fn_delete_payment($payment_id)
{
    foreach (['payments', 'payment_descriptions', 'storefronts_payments'] as $table) {
        db_query("DELETE FROM ?:$table WHERE payment_id = ?i", $payment_id);
    }
    return true;
}

/** @return array[] the active methods that this storefront offers */
function fn_prepare_checkout_payment_methods(&$cart, &$auth, $lang_code = CART_LANGUAGE)
{
    $links = db_get_hash_multi_array('SELECT payment_id, storefront_id FROM ?:storefronts_payments', ['payment_id']);
    $here = (string) Registry::get('runtime.storefront_id');
    $methods = array_filter(fn_get_payments(['status' => 'A'], $lang_code), static function ($payment) use ($links, $here) {
        $only = array_column($links[$payment['payment_id']] ?? [], 'storefront_id');
        return !$only || in_array($here, $only, true);
    });
    fn_set_hook('prepare_checkout_payment_methods', $cart, $auth, $methods);
    return $methods;
}

/** @return array [bool whether the method has a script that can be found, its processor's data] */
function fn_check_processor_script($payment_id, $additional_params = false)
{
    $processor = $payment_id ? fn_get_processor_data($payment_id) : false;
    $found = $processor && !empty($processor['processor_script']) && fn_get_processor_script_path($processor['processor_script']) !== false;
    return [$found, $processor ?: []];
}

/** Searched in the core's folder first, then in every active add-on's. @return string|false */
function fn_get_processor_script_path($script_file)
{
    $folders = [DIR_ROOT . '/app/payments'];
    foreach (fn_demo_active_addons() as $addon) {
        $folders[] = DIR_ROOT . "/app/addons/$addon/payments";
    }
    foreach ($folders as $folder) {
        if (is_file($folder . '/' . basename($script_file))) {
            return $folder . '/' . basename($script_file);
        }
    }
    return false;
}

/** Whether an order was paid for with the method of this script; fills the processor's data. */
function fn_check_payment_script($script_name, $order_id, &$processor_data = null)
{
    $payment_id = db_get_field('SELECT payment_id FROM ?:orders WHERE order_id = ?i', $order_id);
    $processor_data = fn_get_processor_data($payment_id);
    return !empty($processor_data['processor_script']) && $processor_data['processor_script'] === $script_name;
}

/** Whether a method of this processor is offered: what `payment_notification` asks before it includes a script. */
function fn_demo_has_active_payment($script)
{
    $statuses = AREA === 'A' ? ['A', 'D'] : ['A'];
    return (bool) db_get_field(
        'SELECT COUNT(*) FROM ?:payments AS p JOIN ?:payment_processors AS r ON r.processor_id = p.processor_id'
        . ' WHERE r.processor_script = ?s AND p.status IN (?a)',
        $script,
        $statuses
    );
}
