<?php

/** Currencies: prices are stored in the primary one; a visitor may look at them in another. */

use Tygh\Registry;

const DEMO_ISO_DECIMALS = [
    'JPY' => 0,
    'KRW' => 0,
    'BHD' => 3,
    'IQD' => 3,
    'JOD' => 3,
    'KWD' => 3,
    'LYD' => 3,
    'OMR' => 3,
    'TND' => 3,
];
const DEMO_ROUNDING = 1e-11;

/** The rows of `currencies`, from the shop's configuration; the primary one always has the coefficient 1. */
function fn_demo_currencies(array $config)
{
    $primary = $config['currency'];
    $rows = array_column($config['currencies'] ?? [], null, 'code') + [$primary => ['code' => $primary]];
    return array_map(static fn ($row) => [
        'currency_code' => $row['code'],
        'coefficient' => $row['code'] === $primary ? '1.00000' : sprintf('%.5f', $row['coefficient']),
        'decimals' => (string) ($row['decimals'] ?? DEMO_ISO_DECIMALS[$row['code']] ?? 2),
        'is_primary' => $row['code'] === $primary ? 'Y' : 'N',
        'symbol' => $row['code'],
        'after' => 'Y',
        'decimals_separator' => '.',
        'thousands_separator' => ',',
        'status' => 'A',
    ], $rows);
}

function fn_get_currencies_list($params = [], $area = AREA, $lang_code = CART_LANGUAGE)
{
    return Registry::get('currencies');
}

/** Rounded to the currency's decimals. */
function fn_format_price($price = 0, $currency = CART_PRIMARY_CURRENCY, $decimals = null, $return_as_float = true)
{
    $decimals = $decimals ?? (int) Registry::get("currencies.$currency.decimals");
    $rounded = round((float) $price + DEMO_ROUNDING, $decimals);
    return $return_as_float ? $rounded : sprintf("%.{$decimals}f", $rounded);
}

/** Converted by the coefficients of now. An unknown code falls back in silence, as in the original. */
function fn_format_price_by_currency(
    $price,
    $currency_from = CART_PRIMARY_CURRENCY,
    $currency_to = CART_SECONDARY_CURRENCY
)
{
    $known = Registry::get('currencies');
    $from = $known[$currency_from] ?? $known[CART_PRIMARY_CURRENCY];
    $to = $known[$currency_to] ?? $known[CART_SECONDARY_CURRENCY];
    $result = (float) $price / ((float) $to['coefficient'] / (float) $from['coefficient']);
    return fn_format_price($result, $to['currency_code']);
}
