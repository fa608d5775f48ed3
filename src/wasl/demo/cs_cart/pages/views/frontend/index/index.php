<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $products @var string[] $offered @var string $watched @var string $board @var string $desk_url @var array[] $methods */
$has_board = $desk_url !== '';
$view->assign([
    'kind' => $has_board ? 'front' : 'front alone',
    'head' => $has_board ? '<script src="/static/demo.js" defer></script>'
        . ($watched !== '' ? '<noscript><meta http-equiv="refresh" content="3"></noscript>' : '') : '',
]);
?>
<section class="stall" aria-labelledby="stall-title">
<h1 id="stall-title"><?= t($has_board ? 'stall.title' : 'stall.title.alone') ?></h1>
<p class="lead"><?= t($has_board ? 'stall.lead' : 'stall.lead.alone') ?></p>
<?php if (!$methods) : ?>
<p class="notice doubt" id="no-methods"><?= t('stall.no_methods') ?></p>
<?php endif ?>
<ul class="wares">
<?php foreach ($products as $product) : ?>
<li class="ware">
<img src="/static/<?= e($product['product_code']) ?>.svg" alt="" width="88" height="88">
<h2><?= e(product_name($product)) ?></h2>
<p class="about"><?= e(word('product', $product['product_code'] . '.about', ' ')) ?></p>
<p class="price"><bdi><?= e(price($product['price'])) ?></bdi></p>
<p class="left"><?= t('stall.stock') ?> <bdi data-stock="<?= e($product['product_id']) ?>"><?= e($product['amount']) ?></bdi></p>
<div class="deeds">
<form class="buy" method="post" action="/index.php?dispatch=checkout.place_order" target="_blank" rel="noopener">
    <?= form_proof() ?>
<button class="act" name="product_id" value="<?= e($product['product_id']) ?>" aria-label="<?= t('stall.buy') ?>: <?= e(product_name($product)) ?>"><?= t('stall.buy') ?></button>
</form>
<form class="add" method="post" action="/index.php?dispatch=checkout.add">
    <?= form_proof() ?>
<input type="hidden" name="product_data[<?= e($product['product_id']) ?>][product_id]" value="<?= e($product['product_id']) ?>">
<input type="hidden" name="product_data[<?= e($product['product_id']) ?>][amount]" value="1">
<button class="act second" aria-label="<?= t('stall.add') ?>: <?= e(product_name($product)) ?>"><?= t('stall.add') ?></button>
</form>
</div>
</li>
<?php endforeach ?>
</ul>
</section>
<?php if ($has_board) : ?>
<section class="ledger" aria-labelledby="board-title">
<div class="ledger-title">
<h2 id="board-title"><?= t('board.title') ?></h2>
    <?php if ($gateway_url !== '') : ?>
<a href="<?= e($gateway_url) ?>/" target="_blank" rel="noopener"><?= t('board.gateway') ?></a>
    <?php endif ?>
</div>
    <?php if (count($offered) > 1) : ?>
<nav class="offered" aria-label="<?= t('board.orders') ?>">
        <?php foreach ($offered as $order_id) : ?>
<a href="/?order_id=<?= e($order_id) ?>"<?= $order_id === $watched ? ' aria-current="true"' : '' ?>><bdi><?= e($order_id) ?></bdi></a>
        <?php endforeach ?>
</nav>
    <?php endif ?>
<div id="board" data-words-offline="<?= t('board.offline') ?>">
    <?= $board /* rendered and escaped by the desk */ ?>
</div>
<p class="visually-hidden" role="status" id="spoken"></p>
</section>
<section class="ideas" aria-labelledby="tries">
<h2 class="sub" id="tries"><?= t('tries.title') ?></h2>
<ol class="tries">
    <?php foreach (['pay', 'close', 'decline', 'secure', 'cancel', 'sadad'] as $try) : ?>
<li><b><?= t("tries.$try") ?></b> <span><?= t("tries.$try.how") ?></span></li>
    <?php endforeach ?>
</ol>
</section>
<?php endif ?>
