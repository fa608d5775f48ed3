<?php

namespace Wasl\Demo\CsCart;

/** @var array $order @var array[] $children @var array[] $statuses */
$view->assign('title', \__('office.order') . " #$order[order_id]");
$receivers = ['notify_user' => 'office.notify_customer', 'notify_department' => 'office.notify_department'];
if (\fn_allowed_for('MULTIVENDOR')) {
    $receivers['notify_vendor'] = 'office.notify_vendor';
}
?>
<p class="crumb"><a href="/admin.php?dispatch=orders.manage"><?= t('office.orders') ?></a></p>
<div class="head">
<h1><?= t('office.order') ?> #<bdi><?= e($order['order_id']) ?></bdi> <span class="muted"><bdi><?= e(price($order['total'], CART_PRIMARY_CURRENCY)) ?></bdi></span></h1>
<span class="badge status-<?= e($order['status']) ?>" id="order-status" data-status="<?= e($order['status']) ?>"><?= e(status_name($order['status'])) ?></span>
</div>
<div class="columns">
<div>
<section class="card scroll">
<table>
<thead><tr><th><?= t('office.product') ?></th><th class="sum"><?= t('office.price') ?></th><th class="sum"><?= t('office.quantity') ?></th><th class="sum"><?= t('office.subtotal') ?></th></tr></thead>
<tbody>
<?php foreach ($order['products'] as $line) : ?>
<tr><td><?= e(product_name($line)) ?></td><td class="sum"><bdi><?= e(price($line['price'], CART_PRIMARY_CURRENCY)) ?></bdi></td><td class="sum"><?= e($line['amount']) ?></td><td class="sum"><bdi><?= e(price($line['subtotal'], CART_PRIMARY_CURRENCY)) ?></bdi></td></tr>
<?php endforeach ?>
</tbody>
<tfoot><tr><th colspan="3"><?= t('office.total') ?></th><td class="sum"><bdi id="order-total"><?= e(price($order['total'], CART_PRIMARY_CURRENCY)) ?></bdi></td></tr></tfoot>
</table>
</section>
<?php if ($children) : ?>
<section class="card pad"><h2><?= t('office.sub_orders') ?></h2>
<ul class="plain">
    <?php foreach ($children as $child) : ?>
<li><a href="/admin.php?dispatch=orders.details&amp;order_id=<?= e($child['order_id']) ?>">#<bdi><?= e($child['order_id']) ?></bdi></a> <span class="badge status-<?= e($child['status']) ?>"><?= e(status_name($child['status'])) ?></span> <bdi><?= e(price($child['total'], CART_PRIMARY_CURRENCY)) ?></bdi></li>
    <?php endforeach ?>
</ul></section>
<?php endif ?>
<section class="card pad" id="payment-information"><h2><?= t('office.payment_information') ?></h2>
<dl class="facts">
<div><dt><?= t('office.method') ?></dt><dd><bdi><?= e($order['payment_method']['payment'] ?? '') ?></bdi></dd></div>
<?php foreach ($order['payment_info'] as $key => $value) : ?>
    <?php if (is_scalar($value)) : ?>
<div><dt><?= e(($name = \__((string) $key)) === "_$key" ? $key : $name) ?></dt><dd><bdi data-info="<?= e($key) ?>"><?= e($value) ?></bdi></dd></div>
    <?php endif ?>
<?php endforeach ?>
</dl>
<?php if (!$order['payment_info']) : ?>
<p class="muted"><?= t('office.no_information') ?></p>
<?php endif ?>
</section>
</div>
<aside>
<form class="card pad" method="post" action="/admin.php?dispatch=orders.update_status">
<?= form_proof() ?>
<input type="hidden" name="order_id" value="<?= e($order['order_id']) ?>">
<label class="control-label" for="status"><?= t('office.status') ?></label>
<select name="status" id="status">
<?php if (!isset($statuses[$order['status']])) : ?>
<option value="<?= e($order['status']) ?>" selected><?= e(status_name($order['status'])) ?></option>
<?php endif ?>
<?php foreach ($statuses as $letter => $status) : ?>
<option value="<?= e($letter) ?>"<?= $letter === $order['status'] ? ' selected' : '' ?>><?= e(status_name($letter)) ?></option>
<?php endforeach ?>
</select>
<?php foreach ($receivers as $name => $label) : ?>
<label class="choice"><input type="checkbox" name="<?= $name ?>" value="Y"> <?= t($label) ?></label>
<?php endforeach ?>
<div class="buttons"><button class="main" id="change-status"><?= t('office.change_status') ?></button></div>
</form>
<section class="card pad"><h2><?= t('office.customer') ?></h2>
<p><bdi><?= e("$order[firstname] $order[lastname]") ?></bdi><br><bdi><?= e($order['email']) ?></bdi><br><bdi dir="ltr"><?= e($order['phone']) ?></bdi></p>
<?php if ((int) $order['parent_order_id']) : ?>
<p><?= t('office.parent') ?> <a href="/admin.php?dispatch=orders.details&amp;order_id=<?= e($order['parent_order_id']) ?>">#<?= e($order['parent_order_id']) ?></a></p>
<?php endif ?>
</section>
</aside>
</div>
