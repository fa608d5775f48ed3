<?php

/** The shop's tables, as far as checkout, payment, add-ons and the demonstration need them, and what a new shop holds. */

const DEMO_FIRST_ORDER = 1042;
const DEMO_STOCK = 4000;

// (product and its code, name, price as stored: decimal(12,2) in the primary currency, vendor in Multi-Vendor)
const DEMO_GOODS = [
    ['coffee', 'Coffee beans', '57.90', 1],
    ['dates', 'Dates', '34.50', 1],
    ['oud', 'Oud', '189.00', 2],
    ['basket', 'Basket', '76.25', 2],
];

// CS-Cart reference §4.1: letter, name, inventory, payment_received, repay, returns.
const DEMO_STATUSES = [
    ['P', 'Processed', 'D', 'Y', 'N', 'N'],
    ['C', 'Complete', 'D', 'Y', 'N', 'Y'],
    ['O', 'Open', 'D', 'N', 'N', 'N'],
    ['F', 'Failed', 'I', 'N', 'Y', 'N'],
    ['D', 'Declined', 'I', 'N', 'Y', 'N'],
    ['B', 'Backordered', 'I', 'N', 'Y', 'N'],
    ['I', 'Canceled', 'I', 'N', 'Y', 'N'],
];

const DEMO_ADDRESS = [
    'firstname',
    'lastname',
    'address',
    'address_2',
    'city',
    'county',
    'state',
    'country',
    'zipcode',
    'phone',
];

/** Create what is missing. Harmless to repeat. */
function fn_demo_create_tables()
{
    foreach (fn_demo_tables() as $name => $columns) {
        DemoDatabase::pdo()->exec('CREATE TABLE IF NOT EXISTS ' . TABLE_PREFIX . "$name ($columns)");
    }
    DemoDatabase::pdo()->exec('CREATE INDEX IF NOT EXISTS demo_log_order ON ' . TABLE_PREFIX . 'demo_log (order_id)');
    DemoDatabase::pdo()->exec('CREATE INDEX IF NOT EXISTS orders_parent ON ' . TABLE_PREFIX . 'orders (parent_order_id)');
}

function fn_demo_tables()
{
    $address = '';
    foreach (['b', 's'] as $side) {
        foreach (DEMO_ADDRESS as $field) {
            $address .= "{$side}_$field TEXT NOT NULL DEFAULT '', ";
        }
    }
    $text = "TEXT NOT NULL DEFAULT ''";
    $number = 'INTEGER NOT NULL DEFAULT 0';
    $id = 'INTEGER PRIMARY KEY AUTOINCREMENT';
    $money = "TEXT NOT NULL DEFAULT '0.00'";
    return [
        'orders' => "order_id $id, is_parent_order TEXT NOT NULL DEFAULT 'N', parent_order_id $number, company_id $number,
            issuer_id INTEGER, user_id $number, total $money, subtotal $money, discount $money, subtotal_discount $money,
            payment_surcharge $money, shipping_cost $money, timestamp $number, updated_at $number, status TEXT NOT NULL DEFAULT 'O',
            notes $text, details $text, firstname $text, lastname $text, company $text, email $text, phone $text, $address
            payment_id $number, lang_code $text, ip_address $text, repaid $number, storefront_id $number",
        'order_details' => "item_id TEXT NOT NULL, order_id INTEGER NOT NULL, product_id TEXT NOT NULL, product_code $text,
            price $money, amount $number, extra $text, PRIMARY KEY (item_id, order_id)",
        'order_data' => 'order_id INTEGER NOT NULL, type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (order_id, type)',
        'products' => "product_id TEXT PRIMARY KEY, product_code $text, product $text, price $money, amount $number,
            tracking TEXT NOT NULL DEFAULT 'B', company_id $number, status TEXT NOT NULL DEFAULT 'A', is_edp TEXT NOT NULL DEFAULT 'N'",
        'statuses' => "status_id $id, status TEXT NOT NULL, type TEXT NOT NULL DEFAULT 'O', is_default TEXT NOT NULL DEFAULT 'N',
            position $number, UNIQUE (status, type)",
        'status_descriptions' => "status_id INTEGER NOT NULL, description $text, lang_code $text, PRIMARY KEY (status_id, lang_code)",
        'status_data' => "status TEXT NOT NULL, type TEXT NOT NULL, param TEXT NOT NULL, value $text, PRIMARY KEY (status, type, param)",
        'payments' => "payment_id $id, company_id $number, usergroup_ids TEXT NOT NULL DEFAULT '0', position $number,
            status TEXT NOT NULL DEFAULT 'A', template $text, processor_id $number, processor_params $text, a_surcharge TEXT NOT NULL
            DEFAULT '0.000', p_surcharge TEXT NOT NULL DEFAULT '0.000', tax_ids $text, localization $text,
            payment_category TEXT NOT NULL DEFAULT 'tab1'",
        'payment_descriptions' => "payment_id INTEGER NOT NULL, payment $text, description $text, instructions $text,
            surcharge_title $text, lang_code $text, PRIMARY KEY (payment_id, lang_code)",
        'payment_processors' => "processor_id $id, processor $text, processor_script $text, processor_template $text,
            admin_template $text, callback TEXT NOT NULL DEFAULT 'N', type TEXT NOT NULL DEFAULT 'P', addon TEXT",
        'storefronts_payments' => 'storefront_id INTEGER NOT NULL, payment_id INTEGER NOT NULL, PRIMARY KEY (storefront_id, payment_id)',
        'storefronts' => "storefront_id $id, url $text, name $text, status TEXT NOT NULL DEFAULT 'Y', is_default $number",
        'companies' => "company_id $id, company $text, status TEXT NOT NULL DEFAULT 'A'",
        'addons' => "addon TEXT PRIMARY KEY, status TEXT NOT NULL DEFAULT 'A', version $text, priority $number, install_datetime $number",
        'addon_descriptions' => "addon TEXT NOT NULL, name $text, description $text, lang_code TEXT NOT NULL, PRIMARY KEY (addon, lang_code)",
        'settings_sections' => "section_id $id, parent_id $number, name $text, type $text, position $number",
        'settings_objects' => "object_id $id, section_id $number, section_tab_id $number, name $text, type $text, value $text, position $number",
        'settings_descriptions' => "object_id INTEGER NOT NULL, object_type TEXT NOT NULL, lang_code TEXT NOT NULL, value $text,
            tooltip $text, PRIMARY KEY (object_id, object_type, lang_code)",
        'language_values' => "lang_code TEXT NOT NULL, name TEXT NOT NULL, value $text, PRIMARY KEY (lang_code, name)",
        'languages' => 'lang_code TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL',
        'sessions' => 'session_id TEXT PRIMARY KEY, expiry INTEGER NOT NULL, data TEXT NOT NULL',
        'user_session_products' => "user_id TEXT NOT NULL, timestamp $number, type TEXT NOT NULL DEFAULT 'C', user_type TEXT NOT NULL
            DEFAULT 'U', item_id TEXT NOT NULL, item_type TEXT NOT NULL DEFAULT 'P', product_id $text, amount $number, price $money,
            extra $text, session_id $text, ip_address $text, order_id $number, storefront_id $number,
            PRIMARY KEY (user_id, type, user_type, item_id)",
        'storage_data' => 'data_key TEXT PRIMARY KEY, data TEXT NOT NULL',
        'logs' => "log_id $id, user_id $number, timestamp $number, type $text, action $text, content $text",
        'notification_settings' => "event_id TEXT NOT NULL, receiver TEXT NOT NULL, is_allowed $number, PRIMARY KEY (event_id, receiver)",
        'lock_keys' => 'key_id TEXT PRIMARY KEY, token TEXT NOT NULL, expiry REAL NOT NULL',
        'rma_returns' => "return_id $id, order_id $number, user_id $number, timestamp $number, action $number, status $text,
            total_amount $number, comment $text, extra $text",
        'rma_return_products' => "return_id INTEGER NOT NULL, item_id TEXT NOT NULL, product_id $text, product $text, reason $number,
            amount $number, product_options $text, type TEXT NOT NULL DEFAULT 'A', price $money, PRIMARY KEY (return_id, item_id, type)",
        'rma_properties' => "property_id $id, position $number, status $text, type TEXT NOT NULL DEFAULT 'R',
            update_totals_and_inventory TEXT NOT NULL DEFAULT 'N'",
        'rma_property_descriptions' => "property_id INTEGER NOT NULL, lang_code TEXT NOT NULL, property $text,
            PRIMARY KEY (property_id, lang_code)",
        'demo_outbox' => "mail_id $id, at $number, order_id $number, event $text, receiver $text, status $text",
        'demo_log' => "log_id $id, at $number, order_id INTEGER NOT NULL, actor $text, event $text, details $text",
        'demo_pauses' => "order_id INTEGER NOT NULL, point TEXT NOT NULL, is_open $number, arrived $number,
            standing $number, PRIMARY KEY (order_id, point)",
        'demo_faults' => "order_id INTEGER NOT NULL, kind TEXT NOT NULL, calls $number, PRIMARY KEY (order_id, kind)",
    ];
}

/** A new shop: full shelves, default statuses, no orders, no add-ons. */
function fn_demo_seed()
{
    if (db_get_field('SELECT COUNT(*) FROM ?:products')) {
        return;
    }
    DemoDatabase::pdo()->exec("INSERT OR REPLACE INTO sqlite_sequence (name, seq) VALUES ('" . TABLE_PREFIX . "orders', " . (DEMO_FIRST_ORDER - 1) . ')');
    fn_demo_stock_shelves();
    fn_demo_seed_statuses();
    fn_demo_seed_returns();
    foreach (['en' => 'English', 'ar' => 'العربية'] as $code => $name) {
        db_query('INSERT INTO ?:languages ?e', ['lang_code' => $code, 'name' => $name, 'status' => 'A']);
    }
    foreach ([1, 2] as $id) {
        db_query('INSERT INTO ?:companies ?e', ['company_id' => $id, 'company' => "Company $id"]);
        db_query(
            'INSERT INTO ?:storefronts ?e',
            ['storefront_id' => $id, 'name' => "Storefront $id", 'is_default' => (int) ($id === 1)]
        );
    }
}

function fn_demo_stock_shelves()
{
    foreach (DEMO_GOODS as [$id, $name, $price, $vendor]) {
        db_query('REPLACE INTO ?:products ?e', [
            'product_id' => $id,
            'product_code' => $id,
            'product' => $name,
            'price' => $price,
            'amount' => DEMO_STOCK,
            'company_id' => $vendor,
        ]);
    }
}

function fn_demo_seed_statuses()
{
    foreach (DEMO_STATUSES as $position => [$letter, $name, $inventory, $received, $repay, $return]) {
        fn_demo_add_status($letter, $name, $position, [
            'inventory' => $inventory,
            'payment_received' => $received,
            'repay' => $repay,
            'allow_return' => $return,
            'remove_cc_info' => 'Y',
            'appearance_type' => 'D',
        ]);
    }
}

/** A status with its parameters, as Administration → Order statuses makes one. */
function fn_demo_add_status($letter, $name, $position, array $params, $type = STATUSES_ORDER)
{
    $id = db_query(
        'INSERT INTO ?:statuses ?e',
        ['status' => $letter, 'type' => $type, 'is_default' => 'Y', 'position' => $position]
    );
    foreach (['en', 'ar'] as $lang_code) {
        db_query(
            'INSERT INTO ?:status_descriptions ?e',
            ['status_id' => $id, 'description' => $name, 'lang_code' => $lang_code]
        );
    }
    foreach ($params as $param => $value) {
        db_query(
            'REPLACE INTO ?:status_data ?e',
            ['status' => $letter, 'type' => $type, 'param' => $param, 'value' => $value]
        );
    }
}
