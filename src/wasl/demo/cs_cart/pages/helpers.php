<?php

/** What templates call: escaping, words, amounts, addresses. */

namespace Wasl\Demo\CsCart;

use Tygh\Registry;

const NO_BREAK = "\u{a0}";

function e($value): string
{
    return htmlspecialchars((string) $value, ENT_QUOTES | ENT_SUBSTITUTE);
}

/** A text of the shop, escaped. @param array<string, scalar> $values by `[name]` */
function t(string $name, array $values = []): string
{
    return e(\__($name, $values));
}

/** The text for one of the shop's own words, such as a status; *$otherwise* for a word that nobody has translated. */
function word(string $group, $value, string $otherwise = ''): string
{
    $text = \__("$group.$value");

    return $text === "_$group.$value" ? ($otherwise !== '' ? $otherwise : (string) $value) : $text;
}

/** A price of the primary currency in the one this visitor looks at. Latin digits in Arabic too, as around the Gulf. */
function price($amount, ?string $currency = null): string
{
    $currency = $currency ?? CART_SECONDARY_CURRENCY;
    $shown = fn_format_price_by_currency($amount, CART_PRIMARY_CURRENCY, $currency);
    $number = number_format($shown, (int) Registry::get("currencies.$currency.decimals"));
    $symbol = word('currency', $currency);

    return CART_LANGUAGE === 'ar' ? $number . NO_BREAK . $symbol : $symbol . NO_BREAK . $number;
}

function product_name(array $product): string
{
    return word('product', $product['product_code'], (string) $product['product']);
}

function status_name(string $letter): string
{
    $known = fn_get_statuses(STATUSES_ORDER, [], true);

    return word('status', $letter, (string) ($known[$letter]['description'] ?? $letter));
}

function direction(): string
{
    return CART_LANGUAGE === 'ar' ? 'rtl' : 'ltr';
}

/** This page with another language or currency; what a return from the payment page carried is left out. */
function here(array $changes): string
{
    $path = AREA === 'A' ? '/admin.php' : parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    $query = array_filter($_GET, fn ($name) => !str_starts_with((string) $name, 'wasl_'), ARRAY_FILTER_USE_KEY);

    return $path . '?' . http_build_query($changes + $query);
}

/** The field that proves a form to come from a page of this session. */
function form_proof(): string
{
    return '<input type="hidden" name="security_hash" value="' . e(fn_generate_security_hash()) . '">';
}
