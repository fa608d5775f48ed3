<?php

/**
 * Start a request of the shop: constants, configuration, session, language, currencies, active add-ons.
 *
 * The caller defines AREA ('C' storefront, 'A' back office) first; DEMO_CONSOLE when there is no visitor.
 */

use Tygh\Registry;

define('BOOTSTRAP', true);
define('DEMO_DIR', dirname(__DIR__));
define('TIME', time());
define('STATUSES_ORDER', 'O');
define('STATUS_INCOMPLETED_ORDER', 'N');
define('STATUS_PARENT_ORDER', 'T');
define('STATUS_BACKORDERED_ORDER', 'B');
define('STATUS_CANCELED_ORDER', 'I');
define('ORDER_MANAGEMENT', false);
define('CONTROLLER_STATUS_OK', 'ok');
define('CONTROLLER_STATUS_REDIRECT', 'redirect');
define('CONTROLLER_STATUS_DENIED', 'denied');
define('CONTROLLER_STATUS_NO_PAGE', 'no_page');
define('CONTROLLER_STATUS_NO_CONTENT', 'no_content');
define('PLACE_ORDER_STATUS_OK', 1);
define('PLACE_ORDER_STATUS_DENIED', 2);
define('PLACE_ORDER_STATUS_TO_CART', 3);

foreach (
    [
        'registry', 'enums', 'dialect', 'locks', 'db', 'schema', 'hooks', 'lang', 'currencies', 'demo', 'http', 'sessions',
        'statuses', 'notifications', 'payments', 'products', 'cart', 'orders', 'placement', 'rma', 'addons', 'packages',
    ] as $file
) {
    require_once __DIR__ . "/$file.php";
}

/** @return string the folder of one shop; the process cannot run without it */
function fn_demo_state_dir()
{
    static $folder = null;
    if ($folder === null) {
        $folder = realpath((string) getenv('CSCART_STATE'));
        if ($folder === false || !is_file("$folder/shop.json")) {
            throw new RuntimeException('CSCART_STATE names no folder with a shop.json');
        }
    }
    return $folder;
}

/** @return array shop.json with its defaults */
function fn_demo_config()
{
    $told = json_decode(file_get_contents(fn_demo_state_dir() . '/shop.json'), true, 16, JSON_THROW_ON_ERROR);
    return $told + [
        'url' => '',
        'name' => 'Dukkan · دكّان',
        'currency' => 'SAR',
        'currencies' => [],
        'edition' => 'ULTIMATE',
        'version' => '4.18.2',
        'storefront' => 1,
        'desk_url' => '',
        'gateway_url' => '',
        'lock' => 'database',
        'stray_output' => '',
        'csrf' => true,
    ];
}

function fn_demo_start()
{
    $config = fn_demo_config();
    define('DIR_ROOT', fn_demo_state_dir() . '/root');
    define('PRODUCT_NAME', $config['edition'] === 'MULTIVENDOR' ? 'Multi-Vendor' : 'CS-Cart');
    define('PRODUCT_VERSION', $config['version']);
    define('PRODUCT_EDITION', $config['edition']);
    define('PRODUCT_STATUS', '');
    define('DEFAULT_LANGUAGE', 'en');
    define('CART_PRIMARY_CURRENCY', $config['currency']);
    fn_demo_set_registry($config);
    fn_demo_open_container($config);
    if (!db_has_table('orders')) {
        fn_demo_create_tables();
        fn_demo_seed();
    }
    fn_demo_init_session();
    fn_demo_init_visitor();
    fn_demo_init_addons();
}

function fn_demo_set_registry(array $config)
{
    $storefront = (int) (getenv('CSCART_STOREFRONT') ?: $config['storefront']);
    Registry::set('demo', $config);
    Registry::set('currencies', fn_demo_currencies($config));
    Registry::set('config', [
        'dir' => [
            'root' => DIR_ROOT,
            'addons' => DIR_ROOT . '/app/addons/',
            'payments' => DIR_ROOT . '/app/payments/',
            'schemas' => DIR_ROOT . '/app/schemas/',
            'lang_packs' => DIR_ROOT . '/var/langs/',
            'var' => DIR_ROOT . '/var/',
            'cache_misc' => DIR_ROOT . '/var/cache/misc/',
        ],
        'customer_index' => 'index.php',
        'admin_index' => 'admin.php',
        'current_location' => fn_demo_base_url(),
        'http_host' => $_SERVER['HTTP_HOST'] ?? '',
        'tweaks' => ['anti_csrf' => $config['csrf'], 'lock_backend' => $config['lock']],
        'crypt_key' => 'demo',
    ]);
    Registry::set('settings', [
        'Company' => ['company_name' => $config['name'], 'company_orders_department' => 'orders@shop.example'],
        'General' => ['inventory_tracking' => 'Y', 'allow_negative_amount' => 'N', 'default_country' => 'SA'],
        'Appearance' => ['frontend_default_language' => 'en'],
        'Checkout' => [
            'default_country' => 'SA',
            'default_city' => 'Riyadh',
            'default_address' => '1 Olaya Street',
            'default_zipcode' => '12211',
        ],
    ]);
    // In CS-Cart a company is a storefront, in Multi-Vendor a vendor: there the storefront belongs to none.
    $company = AREA === 'C' && $config['edition'] === 'ULTIMATE' ? $storefront : 0;
    Registry::set(
        'runtime',
        ['company_id' => $company, 'storefront_id' => $storefront, 'mode' => '', 'action' => '', 'controller' => '']
    );
}

function fn_demo_open_container(array $config)
{
    Tygh::$app['db'] = static fn () => DemoDatabase::pdo();
    Tygh::$app['view'] = static fn () => new \Wasl\Demo\CsCart\View(AREA);
    Tygh::$app['ajax'] = null;
    if ($config['lock'] !== 'none') {
        Tygh::$app['lock.factory'] = static fn () => new \Tygh\Lock\Factory($config['lock'] === 'database');
    }
}

/** Language and currency of the visitor: asked for, else remembered, else the browser's and the shop's. */
function fn_demo_init_visitor()
{
    $settings = &Tygh::$app['session']['settings'];
    $settings = $settings ?? [];
    $language = fn_demo_request_value('sl') ?? $settings['language'] ?? fn_demo_browser_language();
    $settings['language'] = in_array($language, ['en', 'ar'], true) ? $language : DEFAULT_LANGUAGE;
    $currency = fn_demo_request_value('currency') ?? $settings['currency'] ?? CART_PRIMARY_CURRENCY;
    $settings['currency'] = isset(Registry::get('currencies')[$currency]) ? $currency : CART_PRIMARY_CURRENCY;
    define('CART_LANGUAGE', $settings['language']);
    define('DESCR_SL', CART_LANGUAGE);
    define('CART_SECONDARY_CURRENCY', $settings['currency']);
    $auth = &Tygh::$app['session']['auth'];
    $auth = $auth ?? ['area' => AREA, 'user_id' => AREA === 'A' ? 1 : 0, 'usergroup_ids' => [0, 1], 'order_ids' => []];
    $cart = &Tygh::$app['session']['cart'];
    $cart = $cart ?? [];
}

/** @return string|null */
function fn_demo_request_value($name)
{
    return isset($_GET[$name]) && is_string($_GET[$name]) ? $_GET[$name] : null;
}

function fn_demo_browser_language()
{
    return str_starts_with(strtolower($_SERVER['HTTP_ACCEPT_LANGUAGE'] ?? ''), 'ar') ? 'ar' : DEFAULT_LANGUAGE;
}
