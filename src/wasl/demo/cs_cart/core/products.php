<?php

/** What is on the shelf. */

/** @return array [products by id, $params] as the original; a page may take the first part only */
function fn_get_products($params = [], $items_per_page = 0, $lang_code = CART_LANGUAGE)
{
    $condition = empty($params['pid']) ? '' : db_quote(' AND product_id IN (?a)', (array) $params['pid']);
    $products = db_get_hash_array(
        "SELECT * FROM ?:products WHERE status = 'A' ?p ORDER BY rowid",
        'product_id',
        $condition
    );
    return [$products, $params];
}

/** @return array [] when there is no such product */
function fn_get_product_data($product_id, &$auth = [], $lang_code = CART_LANGUAGE)
{
    return db_get_row('SELECT * FROM ?:products WHERE product_id = ?s', $product_id);
}

function fn_get_product_amount($product_id)
{
    return db_get_field('SELECT amount FROM ?:products WHERE product_id = ?s', $product_id);
}

/** @return string the id */
function fn_update_product($product_data, $product_id = 0, $lang_code = CART_LANGUAGE)
{
    db_query('UPDATE ?:products SET ?u WHERE product_id = ?s', $product_data, $product_id);
    return $product_id;
}

/**
 * Take pieces from the shelf, or put them back. Looks first and moves afterwards, as the original does.
 *
 * @return bool false, and nothing moved, when there are too few
 */
function fn_update_product_amount($product_id, $amount_delta, $product_options, $sign, $notify = true, $order_info = [])
{
    $product = fn_get_product_data($product_id);
    if (!$product || $product['tracking'] === 'D') {
        return true;
    }
    if ($sign === '-' && (int) $product['amount'] < (int) $amount_delta) {
        return false;
    }
    $pieces = $sign === '-' ? -(int) $amount_delta : (int) $amount_delta;
    db_query('UPDATE ?:products SET amount = amount + ?i WHERE product_id = ?s', $pieces, $product_id);
    return true;
}
