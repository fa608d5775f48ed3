<?php

namespace Wasl\Demo\CsCart;

/** @var array $return_info @var array $order_info @var string $is_refund @var array[] $return_statuses */
$view->assign('title', \__('office.return') . " #$return_info[return_id]");
$hidden = array_intersect_key($return_info, ['return_id' => 1, 'order_id' => 1, 'action' => 1]) + ['status_from' => $return_info['status']];
?>
<p class="crumb"><a href="/admin.php?dispatch=rma.returns"><?= t('office.returns') ?></a></p>
<div class="head">
<h1><?= t('office.return') ?> #<bdi><?= e($return_info['return_id']) ?></bdi></h1>
<span class="badge" id="return-status" data-status="<?= e($return_info['status']) ?>"><?= e(word('return_status', $return_info['status'])) ?></span>
</div>
<div class="columns">
<section class="card scroll"><h2 class="pad"><?= t('office.returned_products') ?></h2>
<table>
<thead><tr><th><?= t('office.product') ?></th><th class="sum"><?= t('office.price') ?></th><th class="sum"><?= t('office.quantity') ?></th></tr></thead>
<tbody>
<?php foreach ($return_info['items']['A'] ?? [] as $line) : ?>
<tr><td><?= e(product_name(['product_code' => $line['product_id']] + $line)) ?></td><td class="sum"><bdi><?= e(price($line['price'], CART_PRIMARY_CURRENCY)) ?></bdi></td><td class="sum"><?= e($line['amount']) ?></td></tr>
<?php endforeach ?>
</tbody>
</table>
<p class="pad"><?= t('office.order') ?> <a href="/admin.php?dispatch=orders.details&amp;order_id=<?= e($return_info['order_id']) ?>">#<bdi><?= e($return_info['order_id']) ?></bdi></a>
· <?= t('office.wants') ?>: <?= e(word('return_action', $return_info['action'])) ?></p>
</section>
<aside>
<form class="card pad" method="post" action="/admin.php?dispatch=rma.update_details" id="return-form">
<h2><?= t('office.actions') ?></h2>
<?= form_proof() ?>
<?php foreach ($hidden as $name => $value) : ?>
<input type="hidden" name="change_return_status[<?= e($name) ?>]" value="<?= e($value) ?>">
<?php endforeach ?>
<label class="control-label" for="return_status_to"><?= t('office.status') ?></label>
<select name="change_return_status[status_to]" id="return_status_to">
<?php foreach ($return_statuses as $letter => $status) : ?>
<option value="<?= e($letter) ?>"<?= $letter === $return_info['status'] ? ' selected' : '' ?>><?= e(word('return_status', $letter, $status['description'])) ?></option>
<?php endforeach ?>
</select>
<label class="control-label"><?= t('office.recalculate') ?></label>
<?php foreach ($is_refund === 'Y' ? ['R', 'M', 'D'] : ['R', 'D'] as $way) : ?>
<label class="choice"><input type="radio" name="change_return_status[recalculate_order]" value="<?= $way ?>"<?= $way === 'D' ? ' checked' : '' ?>> <?= t("office.recalculate.$way") ?></label>
<?php endforeach ?>
<?= $view->hook('rma/details_actions') /* what add-ons put here */ ?>
<div class="buttons"><button class="main" id="save-return"><?= t('office.save_return') ?></button></div>
</form>
</aside>
</div>
