<?php

namespace Wasl\Demo\CsCart;

/** @var array $cart @var array $order @var string $outcome @var array[] $methods */
$view->assign(['title' => \__('checkout.title'), 'said' => $outcome === 'canceled' ? ['transaction_cancelled'] : []]);
$has_cart = !\fn_cart_is_empty($cart);
$chosen = $cart['payment_id'] ?? '';
$chosen = isset($methods[$chosen]) ? (string) $chosen : (string) key($methods);
?>
<article class="slip<?= $outcome !== '' ? ' bad' : '' ?>">
<?php if ($outcome !== '') : ?>
<h1><?= t("checkout.$outcome") ?></h1>
<p id="outcome" data-outcome="<?= e($outcome) ?>"><?= t("checkout.$outcome.text") ?></p>
    <?php if ($outcome === 'failed' && !empty($order['payment_info']['reason_text'])) : ?>
<p class="quote"><bdi id="reason"><?= e($order['payment_info']['reason_text']) ?></bdi></p>
    <?php endif ?>
<?php else : ?>
<h1><?= t('checkout.title') ?></h1>
<?php endif ?>
<?php if ($order) : ?>
    <?= $view->fetch('views/orders/facts.tpl') ?>
    <?= $view->fetch('views/orders/repay.tpl') ?>
<p class="quiet"><a href="/index.php?dispatch=orders.details&amp;order_id=<?= e($order['order_id']) ?>"><?= t('order.look') ?></a></p>
<?php endif ?>
<?php if ($has_cart) : ?>
    <?php if ($order) : ?>
<details class="again">
<summary><?= t('checkout.anew') ?></summary>
    <?php endif ?>
<dl class="facts" id="cart">
    <?php foreach ($cart['products'] as $line) : ?>
<div><dt><?= e(product_name($line)) ?> × <?= e($line['amount']) ?></dt><dd><bdi><?= e(price($line['price'] * $line['amount'])) ?></bdi></dd></div>
    <?php endforeach ?>
<div class="sum"><dt><?= t('order.total') ?></dt><dd><bdi id="cart-total"><?= e(price($cart['total'])) ?></bdi></dd></div>
</dl>
    <?php if ($methods) : ?>
<form class="pay" method="post" action="/index.php?dispatch=checkout.place_order">
        <?= form_proof() ?>
        <?php if (count($methods) > 1) : ?>
<fieldset>
<legend><?= t('checkout.method') ?></legend>
            <?php foreach ($methods as $payment_id => $method) : ?>
<label class="choice"><input type="radio" name="payment_id" value="<?= e($payment_id) ?>"<?= (string) $payment_id === $chosen ? ' checked' : '' ?>> <span><bdi><?= e($method['payment']) ?></bdi><?php if (!empty($method['description'])) : ?> <small><?= e($method['description']) ?></small><?php endif ?></span></label>
            <?php endforeach ?>
</fieldset>
        <?php else : ?>
<input type="hidden" name="payment_id" value="<?= e($chosen) ?>">
<p class="quiet"><?= t('checkout.method') ?>: <bdi><?= e(current($methods)['payment']) ?></bdi></p>
        <?php endif ?>
<button class="act<?= $order ? ' second' : '' ?>" id="place-order"><?= t('checkout.place') ?></button>
</form>
    <?php else : ?>
<p class="notice doubt" id="no-methods"><?= t('stall.no_methods') ?></p>
    <?php endif ?>
    <?php if ($order) : ?>
</details>
    <?php endif ?>
<?php elseif (!$order) : ?>
<p id="empty-cart"><?= t('checkout.empty') ?></p>
<p><a class="act" href="/"><?= t('frame.home') ?></a></p>
<?php endif ?>
</article>
