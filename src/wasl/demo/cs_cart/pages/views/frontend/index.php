<?php

namespace Wasl\Demo\CsCart;

use Tygh\Registry;

/** @var string $content @var array[] $notices */
$shop_name = (string) Registry::get('settings.Company.company_name');
$other = CART_LANGUAGE === 'ar' ? 'en' : 'ar';
$currencies = array_keys(Registry::get('currencies'));
$pieces = (int) array_sum(array_column(\Tygh::$app['session']['cart']['products'] ?? [], 'amount'));
?>
<!doctype html>
<html lang="<?= e(CART_LANGUAGE) ?>" dir="<?= direction() ?>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title><?= isset($title) ? e($title) . ' · ' : '' ?><?= e($shop_name) ?></title>
<link rel="icon" href="/static/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/demo.css">
<?= $head ?? '' ?>
</head>
<body class="<?= e($kind ?? 'errand') ?>">
<a class="skip" href="#main"><?= t('frame.skip') ?></a>
<header class="sign">
<a class="name" href="/"><img src="/static/mark.svg" alt="" width="30" height="30"> <bdi><?= e($shop_name) ?></bdi></a>
<nav aria-label="<?= t('frame.nav') ?>">
<a class="basket" href="/index.php?dispatch=checkout.checkout"><?= t('frame.cart') ?> <b class="count" id="cart-count"><?= $pieces ?></b></a>
<?php if (count($currencies) > 1) : ?>
<span class="coins" role="group" aria-label="<?= t('frame.currency') ?>">
    <?php foreach ($currencies as $code) : ?>
<a href="<?= e(here(['currency' => $code])) ?>"<?= $code === CART_SECONDARY_CURRENCY ? ' aria-current="true"' : '' ?>><bdi><?= e($code) ?></bdi></a>
    <?php endforeach ?>
</span>
<?php endif ?>
<a class="tongue" href="<?= e(here(['sl' => $other])) ?>" lang="<?= $other ?>" hreflang="<?= $other ?>"><?= t('frame.other_language') ?></a>
</nav>
</header>
<main id="main">
<?php
// What the page says in its own words need not stand above it once more.
$notices = array_filter($notices, fn ($notice) => !in_array($notice['extra'], $said ?? [], true));
if ($notices) : ?>
<div class="notices">
    <?php foreach ($notices as $notice) : ?>
<p class="notice <?= ['E' => 'bad', 'W' => 'doubt'][$notice['type']] ?? 'good' ?>" role="<?= $notice['type'] === 'N' ? 'status' : 'alert' ?>"><?= e($notice['message']) ?></p>
    <?php endforeach ?>
</div>
<?php endif ?>
<?= $content ?>
</main>
<footer class="foot"><p><?= t('frame.foot') ?> <a href="/admin.php"><?= t('frame.back_office') ?></a></p></footer>
</body>
</html>
