/** Services by their usual names, with their paths in the console, the same in all partitions. */
export interface ConsoleService {
  /** As users type it: `s3`. */
  readonly id: string
  readonly name: string
  readonly path: string
}

export const consoleServices: readonly ConsoleService[] = [
  { id: 'apigateway', name: 'API Gateway', path: '/apigateway/main/apis' },
  { id: 'athena', name: 'Athena', path: '/athena/home' },
  { id: 'billing', name: 'Billing', path: '/billing/home' },
  { id: 'cloudformation', name: 'CloudFormation', path: '/cloudformation/home' },
  { id: 'cloudfront', name: 'CloudFront', path: '/cloudfront/v4/home' },
  { id: 'cloudshell', name: 'CloudShell', path: '/cloudshell/home' },
  { id: 'cloudtrail', name: 'CloudTrail', path: '/cloudtrailv2/home' },
  { id: 'cloudwatch', name: 'CloudWatch', path: '/cloudwatch/home' },
  { id: 'dynamodb', name: 'DynamoDB', path: '/dynamodbv2/home' },
  { id: 'ec2', name: 'EC2', path: '/ec2/home' },
  { id: 'ecr', name: 'Elastic Container Registry', path: '/ecr/home' },
  { id: 'ecs', name: 'Elastic Container Service', path: '/ecs/v2/home' },
  { id: 'eks', name: 'Elastic Kubernetes Service', path: '/eks/home' },
  { id: 'eventbridge', name: 'EventBridge', path: '/events/home' },
  { id: 'glue', name: 'Glue', path: '/glue/home' },
  { id: 'iam', name: 'IAM', path: '/iam/home' },
  { id: 'kms', name: 'Key Management Service', path: '/kms/home' },
  { id: 'lambda', name: 'Lambda', path: '/lambda/home' },
  { id: 'rds', name: 'RDS', path: '/rds/home' },
  { id: 'route53', name: 'Route 53', path: '/route53/v2/home' },
  { id: 's3', name: 'S3', path: '/s3/home' },
  { id: 'secretsmanager', name: 'Secrets Manager', path: '/secretsmanager/home' },
  { id: 'sns', name: 'SNS', path: '/sns/v3/home' },
  { id: 'sqs', name: 'SQS', path: '/sqs/v3/home' },
  { id: 'ssm', name: 'Systems Manager', path: '/systems-manager/home' },
  { id: 'stepfunctions', name: 'Step Functions', path: '/states/home' },
  { id: 'vpc', name: 'VPC', path: '/vpcconsole/home' },
]

/** undefined for a name that is not in the list. In any case. */
export function consoleServiceOf(id: string): ConsoleService | undefined {
  return consoleServices.find((service) => service.id === id.toLowerCase())
}
