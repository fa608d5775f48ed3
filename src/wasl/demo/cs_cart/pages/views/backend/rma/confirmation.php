<?php

namespace Wasl\Demo\CsCart;

/** @var array $change_return_status as the first form had it @var string $total the order's, of now */
$view->assign('title', \__('office.please_confirm'));
$statuses = array_map(static fn ($letter) => word('return_status', $letter), [
    '[from]' => $change_return_status['status_from'],
    '[to]' => $change_return_status['status_to'],
]);
?>
<h1><?= t('office.please_confirm') ?></h1>
<form class="card pad" method="post" action="/admin.php?dispatch=rma.update_details" id="confirm-return">
<?= form_proof() ?>
<input type="hidden" name="confirmed" value="Y">
<?php foreach (array_filter($change_return_status, 'is_scalar') as $name => $value) : ?>
<input type="hidden" name="change_return_status[<?= e($name) ?>]" value="<?= e($value) ?>">
<?php endforeach ?>
<p><?= t('office.confirm_return', ['[id]' => $change_return_status['return_id']] + $statuses) ?></p>
<?php if ($change_return_status['recalculate_order'] === 'M') : ?>
<label class="control-label" for="new_total"><?= t('office.new_total') ?></label>
<input type="text" name="change_return_status[total]" id="new_total" value="<?= e($total) ?>" inputmode="decimal" required>
<?php endif ?>
<div class="buttons"><button class="main" id="confirm"><?= t('office.yes') ?></button></div>
</form>
