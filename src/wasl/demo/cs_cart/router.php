<?php

/**
 * The front controller of a shop: `php -S HOST:PORT router.php`, with CSCART_STATE naming the shop's folder.
 *
 * `/` and `/index.php` are the storefront, `/admin.php` the back office, `/_demo/…` the demonstration's controls.
 */

use Tygh\Registry;

const DEMO_STATIC_TYPES = [
    'css' => 'text/css',
    'js' => 'text/javascript',
    'svg' => 'image/svg+xml',
    'png' => 'image/png',
];
const DEMO_DEFAULT_DISPATCH = 'index.index';

ini_set('display_errors', '0');
ini_set('log_errors', '1');
demo_route(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/');

function demo_route($path)
{
    $parts = array_map('rawurldecode', explode('/', trim($path, '/')));
    if ($parts[0] === 'static') {
        demo_send_file(basename($path));
    } elseif ($path === '/_demo/worker') {
        echo getenv('DEMO_WORKER'); // serve.php asks whether it reaches its own process
    } elseif ($path === '/_demo/board') {
        demo_boot('C');
        require __DIR__ . '/pages/board.php';
        fn_wasl_demo_board();
    } elseif ($parts[0] === '_demo') {
        define('DEMO_CONSOLE', true);
        demo_boot('A');
        require __DIR__ . '/core/control.php';
        fn_demo_control($_SERVER['REQUEST_METHOD'], array_slice($parts, 1));
    } elseif (in_array($path, ['/', '/index.php', '/admin.php'], true)) {
        demo_front($path === '/admin.php' ? 'A' : 'C');
    } else {
        http_response_code(404);
        header('Content-Type: text/plain');
        echo "no such page\n";
    }
}

function demo_send_file($name)
{
    $file = __DIR__ . "/static/$name";
    $type = DEMO_STATIC_TYPES[pathinfo($name, PATHINFO_EXTENSION)] ?? '';
    if ($type === '' || !is_file($file)) {
        http_response_code(404);
        return;
    }
    header("Content-Type: $type");
    readfile($file);
}

function demo_boot($area)
{
    define('AREA', $area);
    define('ACCOUNT_TYPE', $area === 'A' ? 'admin' : 'customer');
    require __DIR__ . '/core/bootstrap.php';
    require __DIR__ . '/core/watch.php';
    foreach (['view', 'dispatch'] as $page) {
        if (is_file(__DIR__ . "/pages/$page.php")) {
            require_once __DIR__ . "/pages/$page.php";
        }
    }
    fn_demo_start();
}

/** One page, or one door of an add-on: who asks is known, a form is ours, then the controllers run. */
function demo_front($area)
{
    demo_boot($area);
    $asked = $_REQUEST['dispatch'] ?? DEMO_DEFAULT_DISPATCH;
    $dispatch = is_string($asked) && preg_match('/^[\w.\/-]+$/', $asked) ? strtr($asked, '/', '.') : DEMO_DEFAULT_DISPATCH;
    [$controller, $mode, $action, $extra] = explode('.', $dispatch) + ['index', 'index', '', ''];
    Registry::set('runtime.controller', $controller);
    Registry::set('runtime.mode', $mode);
    Registry::set('runtime.action', $action);
    Registry::set('runtime.dispatch_extra', $extra);
    demo_check_form($controller, $mode);
    if ($dispatch === 'wasl.settle' && $_SERVER['REQUEST_METHOD'] === 'POST') {
        fn_demo_watch_settle();
    } elseif ($dispatch === 'wasl.return') {
        fn_demo_watch_return();
    }
    fn_demo_watch_start();
    if ((string) Registry::get('demo.stray_output') !== '') {
        echo Registry::get('demo.stray_output');
    }
    fn_dispatch($controller, $mode, $action, $extra, AREA);
}

function demo_check_form($controller, $mode)
{
    $is_ours = fn_csrf_validate_request([
        'server' => $_SERVER,
        'request' => $_REQUEST,
        'session' => Tygh::$app['session'],
        'controller' => $controller,
        'mode' => $mode,
        'area' => AREA,
        'account_type' => ACCOUNT_TYPE,
    ]);
    if (!$is_ours) {
        fn_demo_close('this form does not come from a page of this session', 403, 'text/plain');
    }
}
