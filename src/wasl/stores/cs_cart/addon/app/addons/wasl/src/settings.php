<?php

/** What Wasl packed into this add-on, what the merchant chose in the payment method, and how a price is said. */

defined('BOOTSTRAP') or die('Access denied');

const WASL_VERSION = '1.0.0', WASL_SCRIPT = 'wasl.php';
// ISO 4217: the currencies that have not two decimals.
const WASL_NO_DECIMALS = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const WASL_THREE_DECIMALS = 'BHD IQD JOD KWD LYD OMR TND';

/** @return array service_url and stores (store_id, name, api_key, signing_secret), as packed for this shop */
function fn_wasl_config() {
    static $config = null;
    $file = dirname(__DIR__) . '/config.php';
    return $config = $config ?? ((is_file($file) ? require $file : []) + ['service_url' => '', 'stores' => []]);
}

/** @return array|null the store of this id; the first for ''; null if this zip was not made for it */
function fn_wasl_store($store_id) {
    $stores = array_column(fn_wasl_config()['stores'], null, 'store_id');
    return $store_id === '' ? (reset($stores) ?: null) : ($stores[$store_id] ?? null);
}

/**
 * Our payment methods. Asks the tables: CS-Cart's own readers remember what they saw, and skip what is not active.
 *
 * @param string|null $of only those of this store
 *
 * @return array[] by payment_id: store_id (null if this zip was not made for it), policy of currencies, what was chosen
 */
function fn_wasl_methods($of = null) {
    $query = 'SELECT p.payment_id, p.processor_params FROM ?:payments AS p INNER JOIN ?:payment_processors AS x'
        . ' ON x.processor_id = p.processor_id WHERE x.processor_script = ?s';
    $methods = [];
    foreach (db_get_array($query, WASL_SCRIPT) as $row) {
        $chosen = @unserialize($row['processor_params'], ['allowed_classes' => false]) ?: [];
        $store_id = fn_wasl_store($chosen['store_id'] ?? '')['store_id'] ?? null;
        $method = ['store_id' => $store_id, 'policy' => $chosen['currency_policy'] ?? 'primary'] + $chosen;
        $methods += $of === null || $of === $store_id ? [$row['payment_id'] => $method] : [];
    }
    return $methods;
}

/** @return string|null "12.34" of KWD as "12.340"; null if the currency cannot say it exactly: "12.50" of JPY */
function fn_wasl_amount($decimal, $currency) {
    $is_decimal = preg_match('/^0*(\d{1,12})(?:\.(\d*?)0*)?\z/', $decimal, $found);
    $odd = strpos(WASL_NO_DECIMALS, $currency) === false ? 2 : 0;
    $decimals = strpos(WASL_THREE_DECIMALS, $currency) === false ? $odd : 3;
    $fraction = str_pad($found[2] ?? '', $decimals, '0');
    return $is_decimal && strlen($fraction) === $decimals ? rtrim("$found[1].$fraction", '.') : null;
}

/**
 * The price to ask for: the stored total, or by the policy `buyer` what the shop makes of it in the buyer's currency,
 * converted and rounded once, as the shop shows it.
 *
 * @param string $bought_in the currency the buyer was looking at when the order was placed; '' if not known
 *
 * @return array the amount, null if it cannot be asked for exactly, and its currency
 */
function fn_wasl_price($total, $bought_in, $policy) {
    $currency = $policy === 'buyer' && $bought_in !== '' ? $bought_in : CART_PRIMARY_CURRENCY;
    if ($currency !== CART_PRIMARY_CURRENCY) {
        // For a currency the shop no longer has, its converter would quietly take another.
        $decimals = Tygh\Registry::get("currencies.$currency.decimals");
        $converted = fn_format_price_by_currency($total, CART_PRIMARY_CURRENCY, $currency);
        $total = $decimals === null ? '' : sprintf('%.' . (int) $decimals . 'F', $converted);
    }
    return [fn_wasl_amount($total, $currency), $currency];
}

/** Make the processor, or mend it: also called where the payment methods are edited. Repeating it is harmless. */
function fn_wasl_install() {
    $known = db_get_row('SELECT processor_id FROM ?:payment_processors WHERE processor_script = ?s', WASL_SCRIPT);
    db_query('REPLACE INTO ?:payment_processors ?e', $known + [
        'processor' => 'Wasl (PayTabs)', 'processor_script' => WASL_SCRIPT, 'admin_template' => 'wasl.tpl',
        'processor_template' => 'views/orders/components/payments/cc_outside.tpl',
        'callback' => 'N', 'type' => 'P', 'addon' => 'wasl',
    ]);
}

/** Payment methods stay, for past orders name them; without a processor and switched off. */
function fn_wasl_uninstall() {
    $detached = ['processor_id' => 0, 'processor_params' => '', 'status' => 'D'];
    db_query('UPDATE ?:payments SET ?u WHERE payment_id IN (?n)', $detached, array_keys(fn_wasl_methods()) ?: [0]);
    db_query('DELETE FROM ?:payment_processors WHERE processor_script = ?s', WASL_SCRIPT);
}
