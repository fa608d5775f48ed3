<?php

namespace Wasl\Demo\CsCart;

/** @var array[] $addons */
$view->assign('title', \__('office.downloaded'));
$button = fn (string $dispatch, array $fields, string $label, string $id) => $view
    ->assign('post', ['dispatch' => $dispatch, 'fields' => $fields, 'label' => \__($label), 'id' => $id])->fetch('components/post.tpl');
?>
<div class="head">
<h1><?= t('office.downloaded') ?></h1>
<details class="gear">
<summary aria-label="<?= t('office.tools') ?>" id="addons-tools"><span aria-hidden="true">⚙</span></summary>
<ul><li><a href="/admin.php?dispatch=addons.upload" id="manual-installation"><?= t('office.manual_installation') ?></a></li></ul>
</details>
</div>
<div class="card">
<?php if (!$addons) : ?>
<p class="pad muted"><?= t('office.no_addons') ?></p>
<?php endif ?>
<?php foreach ($addons as $addon) : ?>
<div class="line" data-addon="<?= e($addon['addon']) ?>">
<div class="what"><b><?= e($addon['name']) ?></b> <span class="muted"><bdi><?= e($addon['version']) ?></bdi></span><br><span class="muted"><?= e($addon['description']) ?></span></div>
<span class="badge <?= $addon['status'] === 'A' ? 'good' : '' ?>"><?= t(['A' => 'office.active', 'D' => 'office.disabled'][$addon['status']] ?? 'office.not_installed') ?></span>
<details class="gear">
<summary aria-label="<?= t('office.tools') ?>: <?= e($addon['name']) ?>"><span aria-hidden="true">⚙</span></summary>
<ul>
    <?php if ($addon['status'] === 'N') : ?>
<li><?= $button('addons.install', ['addon' => $addon['addon']], 'office.install', "install-$addon[addon]") ?></li>
    <?php else : ?>
<li><?= $addon['status'] === 'A'
        ? $button('addons.update_status', ['addon' => $addon['addon'], 'status' => 'D'], 'office.disabled', "disable-$addon[addon]")
        : $button('addons.update_status', ['addon' => $addon['addon'], 'status' => 'A'], 'office.active', "activate-$addon[addon]") ?></li>
<li><?= $button('addons.uninstall', ['addon' => $addon['addon']], 'office.uninstall', "uninstall-$addon[addon]") ?></li>
    <?php endif ?>
</ul>
</details>
</div>
<?php endforeach ?>
</div>
