<?php

namespace Wasl\Demo\CsCart;

$view->assign('title', \__('office.manual_installation'));
?>
<p class="crumb"><a href="/admin.php?dispatch=addons.manage"><?= t('office.downloaded') ?></a></p>
<h1><?= t('office.manual_installation') ?></h1>
<form class="card pad" method="post" action="/admin.php?dispatch=addons.upload" enctype="multipart/form-data">
<?= form_proof() ?>
<p><?= t('office.manual_text') ?></p>
<div class="control-group">
<label class="control-label" for="addon_pack"><?= t('office.file') ?> (<?= t('office.local') ?>):</label>
<div class="controls"><input type="file" name="addon_pack" id="addon_pack" accept=".zip,.tgz,.gz" required></div>
</div>
<div class="buttons"><button class="main" id="upload-install"><?= t('office.upload_install') ?></button> <a class="button" href="/admin.php?dispatch=addons.manage"><?= t('office.cancel') ?></a></div>
</form>
