<?php

namespace Wasl\Demo\CsCart;

use Tygh\Registry;

/** @var string $content @var array[] $notices */
$shop_name = (string) Registry::get('settings.Company.company_name');
$other = CART_LANGUAGE === 'ar' ? 'en' : 'ar';
$here = Registry::get('runtime.controller');
$menu = [
    ['office.orders', [['orders.manage', 'office.view_orders', 'orders'], ['rma.returns', 'office.returns', 'rma']]],
    ['office.products', [['products.manage', 'office.products', 'products']]],
    ['office.addons', [['addons.manage', 'office.downloaded', 'addons']]],
    ['office.settings', [['payments.manage', 'office.payment_methods', 'payments']]],
];
?>
<!doctype html>
<html lang="<?= e(CART_LANGUAGE) ?>" dir="<?= direction() ?>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title><?= isset($title) ? e($title) . ' · ' : '' ?><?= t('office.title') ?> · <?= e($shop_name) ?></title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/office.css">
<script src="/static/office.js" defer></script>
</head>
<body>
<a class="skip" href="#main"><?= t('frame.skip') ?></a>
<header class="top">
<a class="name" href="/admin.php"><img src="/static/mark.svg" alt="" width="26" height="26"> <bdi><?= e(PRODUCT_NAME) ?></bdi> <small><?= e(PRODUCT_VERSION) ?></small></a>
<nav class="ways"><a href="/" target="_blank" rel="noopener"><?= t('office.storefront') ?></a> <a href="<?= e(here(['sl' => $other])) ?>" lang="<?= $other ?>" hreflang="<?= $other ?>"><?= t('frame.other_language') ?></a></nav>
</header>
<div class="body">
<nav class="menu" aria-label="<?= t('office.menu') ?>">
<?php foreach ($menu as [$group, $pages]) : ?>
<p><?= t($group) ?></p>
<ul><?php foreach ($pages as [$dispatch, $name, $controller]) : ?><li><a href="/admin.php?dispatch=<?= $dispatch ?>"<?= $controller === $here ? ' aria-current="page"' : '' ?>><?= t($name) ?></a></li><?php endforeach ?></ul>
<?php endforeach ?>
</nav>
<main id="main">
<?php foreach ($notices as $notice) : ?>
<p class="notice <?= ['E' => 'bad', 'W' => 'doubt'][$notice['type']] ?? 'good' ?>" role="<?= $notice['type'] === 'N' ? 'status' : 'alert' ?>"><?= e($notice['message']) ?></p>
<?php endforeach ?>
<?= $content ?>
</main>
</div>
<footer class="foot"><p><?= t('office.no_sign_in') ?></p></footer>
</body>
</html>
