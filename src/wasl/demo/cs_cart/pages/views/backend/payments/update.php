<?php

namespace Wasl\Demo\CsCart;

/** @var array $payment @var array[] $processors @var string $processor_id @var string $settings @var array[] $storefronts @var string[] $chosen_storefronts */
$heading = $payment ? \__('office.edit_payment') : \__('office.new_payment');
$view->assign('title', $heading);
?>
<p class="crumb"><a href="/admin.php?dispatch=payments.manage"><?= t('office.payment_methods') ?></a></p>
<h1><?= e($heading) ?><?php if ($payment) : ?>: <bdi><?= e($payment['payment']) ?></bdi><?php endif ?></h1>
<form class="card" method="post" action="/admin.php?dispatch=payments.update" id="payment-form" data-tabs>
<?= form_proof() ?>
<input type="hidden" name="payment_id" value="<?= e($payment['payment_id'] ?? 0) ?>">
<section class="pane" data-tab="<?= t('office.general') ?>" id="tab-general">
<h2><?= t('office.general') ?></h2>
<div class="control-group"><label class="control-label" for="payment_name"><?= t('office.name') ?>:</label>
<div class="controls"><input type="text" name="payment_data[payment]" id="payment_name" value="<?= e($payment['payment'] ?? '') ?>" maxlength="128" required></div></div>
<div class="control-group"><label class="control-label" for="processor"><?= t('office.processor') ?>:</label>
<div class="controls"><select name="payment_data[processor_id]" id="processor" data-settings="/admin.php?dispatch=payments.processor&amp;payment_id=<?= e($payment['payment_id'] ?? 0) ?>">
<option value="0"><?= t('office.offline') ?></option>
<?php foreach ($processors as $id => $processor) : ?>
<option value="<?= e($id) ?>"<?= (string) $id === $processor_id ? ' selected' : '' ?>><?= e($processor['processor']) ?></option>
<?php endforeach ?>
</select></div></div>
<div class="control-group"><label class="control-label" for="payment_description"><?= t('office.description') ?>:</label>
<div class="controls"><input type="text" name="payment_data[description]" id="payment_description" value="<?= e($payment['description'] ?? '') ?>" maxlength="255"></div></div>
</section>
<section class="pane" data-tab="<?= t('office.configure') ?>" id="tab-configure">
<h2><?= t('office.configure') ?></h2>
<div id="settings" data-none="<?= t('office.no_config') ?>"><?= $settings !== '' ? $settings /* the add-on's own template */ : '<p class="muted">' . t('office.no_config') . '</p>' ?></div>
</section>
<section class="pane" data-tab="<?= t('office.storefronts') ?>" id="tab-storefronts">
<h2><?= t('office.storefronts') ?></h2>
<input type="hidden" name="payment_data[storefront_ids][]" value="0">
<p class="muted"><?= t('office.storefronts.text') ?></p>
<?php foreach ($storefronts as $id => $storefront) : ?>
<label class="choice"><input type="checkbox" name="payment_data[storefront_ids][]" value="<?= e($id) ?>"<?= in_array((string) $id, $chosen_storefronts, true) ? ' checked' : '' ?>> <?= e($storefront['name']) ?></label>
<?php endforeach ?>
</section>
<div class="buttons"><button class="main" id="save-payment"><?= t($payment ? 'office.save' : 'office.create') ?></button> <a class="button" href="/admin.php?dispatch=payments.manage"><?= t('office.cancel') ?></a></div>
</form>
