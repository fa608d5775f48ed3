<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $payments */
$view->assign('title', \__('office.payment_methods'));
$button = fn (string $dispatch, array $fields, string $label, string $id) => $view
    ->assign('post', ['dispatch' => $dispatch, 'fields' => $fields, 'label' => \__($label), 'id' => $id])->fetch('components/post.tpl');
?>
<div class="head">
<h1><?= t('office.payment_methods') ?></h1>
<a class="button main" id="add-payment" href="/admin.php?dispatch=payments.add">+ <?= t('office.add_payment') ?></a>
</div>
<div class="card">
<?php if (!$payments) : ?>
<p class="pad muted"><?= t('office.no_methods') ?></p>
<?php endif ?>
<?php foreach ($payments as $payment_id => $payment) : ?>
<div class="line" data-payment="<?= e($payment_id) ?>">
<div class="what"><a href="/admin.php?dispatch=payments.update&amp;payment_id=<?= e($payment_id) ?>"><bdi><?= e($payment['payment']) ?></bdi></a><br><span class="muted"><bdi><?= e(($payment['processor'] ?? '') !== '' ? $payment['processor'] : \__('office.detached')) ?></bdi></span></div>
<span class="badge <?= $payment['status'] === 'A' ? 'good' : '' ?>"><?= t(['A' => 'office.active', 'H' => 'office.hidden'][$payment['status']] ?? 'office.disabled') ?></span>
<details class="gear">
<summary aria-label="<?= t('office.tools') ?>: <?= e($payment['payment']) ?>"><span aria-hidden="true">⚙</span></summary>
<ul>
<li><a href="/admin.php?dispatch=payments.update&amp;payment_id=<?= e($payment_id) ?>"><?= t('office.edit') ?></a></li>
<li><?= $payment['status'] === 'A'
    ? $button('payments.update_status', ['payment_id' => $payment_id, 'status' => 'D'], 'office.disabled', "disable-payment-$payment_id")
    : $button('payments.update_status', ['payment_id' => $payment_id, 'status' => 'A'], 'office.active', "activate-payment-$payment_id") ?></li>
<li><?= $button('payments.delete', ['payment_id' => $payment_id], 'office.delete', "delete-payment-$payment_id") ?></li>
</ul>
</details>
</div>
<?php endforeach ?>
</div>
