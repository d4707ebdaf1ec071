<?php
// The people. Bob's Role value names the provider first, which AWS takes as well; carol has no role.
$role = 'https://aws.amazon.com/SAML/Attributes/Role';
$sessionName = 'https://aws.amazon.com/SAML/Attributes/RoleSessionName';
$account = 'arn:aws:iam::111122223333';
$config = [
    'people' => [
        'exampleauth:UserPass',
        'alice:demo' => [
            'uid' => ['alice'],
            'displayName' => ['Alice Éxample & <Co>'],
            'mail' => ['alice@example.org'],
            'eduPersonAffiliation' => ['member', 'staff'],
            'groups' => ['aws-dev', 'everyone'],
            $sessionName => ['alice@corp'],
            $role => [
                "$account:role/Developer,$account:saml-provider/corp",
                "$account:role/Auditor,$account:saml-provider/corp",
            ],
        ],
        'bob:demo' => [
            'uid' => ['bob'],
            'displayName' => ['Bob Example'],
            'mail' => ['bob@example.org'],
            'eduPersonAffiliation' => ['member'],
            'groups' => ['everyone'],
            $role => ["$account:saml-provider/corp,$account:role/Auditor"],
        ],
        'carol:demo' => [
            'uid' => ['carol'],
            'mail' => ['carol@example.org'],
            'eduPersonAffiliation' => ['affiliate'],
        ],
    ],
];
